/** The five documents that promise something. */
export const CENTRAL = '000_ab933c66763f82a5.txt';
export const SIGNALS = '001_71828ca845f3ba21.txt';
export const PLAN = '002_6d93a740004c589b.txt';
export const TRACKER = '003_78efb0e81832a1e5.txt';
export const PLATFORM = '004_029fcf4ac0d7594c.txt';

import { ConfigError } from '../../core/errors.js';

/** Refuses an option that may hold a secret, and shows nothing of its value: errors end up in logs. */
export function requireSecret(isFine: boolean, owner: string, option: string, expected: string): void {
  if (!isFine) throw new ConfigError(`${owner}: ${option} must be ${expected}; its value is not shown`);
}

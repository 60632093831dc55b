import { Dashboard } from './dashboard.js';

new Dashboard().follow('/events');

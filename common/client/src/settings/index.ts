export { type ClientSettings, clientSettings, umaskOf } from './settings.js';

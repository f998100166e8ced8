export { type ClientSettings, clientSettings } from './settings.js';

export { type ClientSettings, clientSettings, withPackets } from './settings.js';

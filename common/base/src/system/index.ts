export { systemClock } from './clock.js';
export { seededRandom, systemRandom } from './random.js';
export { VirtualClock } from './virtual-clock.js';

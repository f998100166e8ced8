export { binaryPrefix } from './binary-prefix.js';
export { javaDate } from './dates.js';
export { JavaNumber, javaDouble, javaFloat } from './numbers.js';

export { binaryPrefix, javaDate } from '@rfs/base/java-text';

export {
  causeOf,
  codeOfJavaClass,
  failure,
  failureFromRemote,
  type HdfsFailure,
  javaClassOf,
  retriable,
  rowOf,
  sendsElsewhere,
} from './convert.js';
export { type ExceptionCode, type ExceptionRow, exceptionTable, type RetryMeaning } from './table.js';

export { WebHdfs } from './web-hdfs.js';

export { datanodeBeans } from './beans.js';
export { type HttpPlugin, openHttp } from './http.js';

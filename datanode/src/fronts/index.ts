export { datanodeBeans } from './beans.js';
export { type HttpDoor, type HttpPlugin, openHttp } from './http.js';

export { type FsckDoorOptions, fsckDoor, type TextOutput } from './fsck-door.js';
export { MachineView, type MachineViewOptions } from './machine-view.js';
export { type HttpDoor, type HttpOptions, type HttpPlugin, openHttp } from './server.js';
export type { DatanodeFacts, NamenodeRole, NamenodeSnapshot, NamenodeView } from './view.js';

export { addGroupProtocols, type GroupDoor } from './door.js';
export { Joining } from './joining.js';
export { type ElectionClock, PeerLinks } from './links.js';
export { groupProtocol } from './protocol.js';
export { Steward } from './steward.js';
export { Takeover } from './takeover.js';

export { addGroupProtocols, type GroupDoor } from './door.js';
export { Joining } from './joining.js';
export { JournalStart } from './journal-start.js';
export { type ElectionClock, PeerLinks } from './links.js';
export { groupProtocol } from './protocol.js';
export { addSnapshotProtocol, type SnapshotDoor } from './snapshot-door.js';
export { Steward } from './steward.js';
export { RemoteSuppliers } from './suppliers.js';
export { Takeover } from './takeover.js';

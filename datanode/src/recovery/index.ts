export { agree, recoverBlock } from './block-recovery.js';
export { LocalPeer, RemotePeer, type ReplicaPeer } from './replica-peer.js';

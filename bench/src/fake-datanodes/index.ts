export { FakeDatanode, startFakeDatanodes } from './fake-datanode.js';

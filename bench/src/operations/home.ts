import { userInfo } from 'node:os';
import { protocols } from '@rfs/protocol/rpc';
import { LoadConnection } from '../load/index.js';

/** Makes `/bench` for the ordinary user `user`: permissions are checked as they would be for anyone. */
export async function makeHome(rpc: string, user: string): Promise<void> {
  const superuser = await LoadConnection.open(rpc, protocols.client, userInfo().username);
  await superuser.call('mkdirs', { src: '/bench', masked: { perm: 0o755 }, createParent: true });
  await superuser.call('setOwner', { src: '/bench', username: user, groupname: user });
  superuser.close();
}

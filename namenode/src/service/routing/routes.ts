import { unreachable } from '@rfs/base/assert';
import { type ClientMethod, methodTable } from '@rfs/protocol/service';

/** Who may answer a call, and how new his state must be. */
export const Route = {
  /** Any replica, as it stands. */
  ANYWHERE: 0,
  /** Any replica that has what the client has seen; linearizably for a client that says nothing of that. */
  COORDINATED: 1,
  /** Any replica, linearizably. */
  NEWEST: 2,
  /** The leader. */
  LEADER: 3,
  /** The leader, linearizably: a read that another namenode could not answer. */
  LEADER_READ: 4,
} as const;
export type Route = (typeof Route)[keyof typeof Route];

function routeOf(method: ClientMethod): Route {
  switch (method) {
    // Its meaning is that the answer's state id is the newest there is; any replica can find that out.
    case 'msync':
    case 'getQuotaUsage':
      return Route.NEWEST;
    // Each namenode has its own lists and its own files: operators' tools ask all of them (DFSAdmin.refreshNodes).
    case 'refreshNodes':
    case 'metaSave':
      return Route.ANYWHERE;
    default: {
      const { access } = methodTable[method];
      switch (access) {
        case 'uncoordinated':
          return Route.ANYWHERE;
        case 'coordinated':
          return Route.COORDINATED;
        case 'activeRead':
        case 'change':
          return Route.LEADER;
        default:
          return unreachable(access);
      }
    }
  }
}

/** The route of every call, from the method table. PERF: an object is slower when it is asked for many names. */
export const routes: ReadonlyMap<ClientMethod, Route> = new Map(
  (Object.keys(methodTable) as ClientMethod[]).map((method) => [method, routeOf(method)]),
);

/** Reads that a follower may find itself unable to answer although its namespace is new enough: it lacks locations. */
export const NEEDS_LOCATIONS: ReadonlySet<ClientMethod> = new Set<ClientMethod>([
  'getBlockLocations',
  'getListing',
  'getBatchedListing',
  'getLocatedFileInfo',
]);

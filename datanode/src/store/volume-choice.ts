import type { Random } from '@rfs/base/seams';
import { refusal } from './refusal.js';
import type { StorageType, Volume } from './volume.js';

/** Picks the volume of a new replica. */
export interface VolumeChoice {
  /** Throws when none has room. `candidates` is not empty. */
  choose(candidates: readonly Volume[], neededBytes: number): Volume;
}

/** In turn, those without room left out (RoundRobinVolumeChoosingPolicy). */
export class RoundRobinChoice implements VolumeChoice {
  private next = 0;

  choose(candidates: readonly Volume[], neededBytes: number): Volume {
    for (let i = 0; i < candidates.length; i++) {
      const volume = candidates[(this.next + i) % candidates.length]!;
      if (volume.availableBytes <= neededBytes) continue;
      this.next = (this.next + i + 1) % candidates.length;
      return volume;
    }
    const most = candidates.reduce((best, one) => Math.max(best, one.availableBytes), 0);
    throw refusal(
      'IOException',
      `Out of space: The volume with the most available space (=${most} B) is less than the block size (=${neededBytes} B).`,
    );
  }
}

/** Volumes whose free space differs by less than this count as equal (AvailableSpaceVolumeChoosingPolicy's default). */
const BALANCED_WITHIN_BYTES = 10 * 1024 ** 3;
/** How often, of 100 times, one of the emptier volumes is taken. */
const PREFERENCE_PERCENT = 75;

/** Round robin, but the emptier volumes more often while free space is uneven (AvailableSpaceVolumeChoosingPolicy). */
export class AvailableSpaceChoice implements VolumeChoice {
  private readonly random: Random;
  private readonly among = new RoundRobinChoice();
  private readonly amongEmptier = new RoundRobinChoice();
  private readonly amongFuller = new RoundRobinChoice();

  constructor(random: Random) {
    this.random = random;
  }

  choose(candidates: readonly Volume[], neededBytes: number): Volume {
    const free = candidates.map((volume) => volume.availableBytes);
    const least = Math.min(...free);
    if (Math.max(...free) - least < BALANCED_WITHIN_BYTES) return this.among.choose(candidates, neededBytes);
    const emptier = candidates.filter((volume) => volume.availableBytes > least + BALANCED_WITHIN_BYTES);
    const fuller = candidates.filter((volume) => volume.availableBytes <= least + BALANCED_WITHIN_BYTES);
    const fits = fuller.some((volume) => volume.availableBytes > neededBytes);
    if (!fits || this.random.below(100) < PREFERENCE_PERCENT) return this.amongEmptier.choose(emptier, neededBytes);
    return this.amongFuller.choose(fuller, neededBytes);
  }
}

/** The volume that the namenode named if it has room, else the policy's choice among those of the type. */
export function chooseVolume(
  policy: VolumeChoice,
  volumes: readonly Volume[],
  storageType: StorageType,
  storageId: string | undefined,
  neededBytes: number,
): Volume {
  const working = volumes.filter((volume) => volume.failure === null && volume.storageType === storageType);
  const named = working.find((volume) => volume.storageId === storageId);
  if (named !== undefined && named.availableBytes > neededBytes) return named;
  if (working.length === 0) throw refusal('IOException', `No storage of type ${storageType} is available`);
  return policy.choose(working, neededBytes);
}

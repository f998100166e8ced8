import { readFileSync } from 'node:fs';

/** Names for numbers of users or groups, from a file of `name:password:number:...` lines. */
class Names {
  private readonly byNumber = new Map<number, string>();
  private readonly byName = new Map<string, number>();

  constructor(file: string) {
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      // Without the file numbers stand for themselves.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    for (const line of text.split('\n')) {
      const [name, , number] = line.split(':');
      if (name === undefined || number === undefined || this.byNumber.has(Number(number))) continue;
      this.byNumber.set(Number(number), name);
      this.byName.set(name, Number(number));
    }
  }

  name(number: number): string {
    return this.byNumber.get(number) ?? String(number);
  }

  number(name: string): number | undefined {
    return this.byName.get(name) ?? (/^\d+$/.test(name) ? Number(name) : undefined);
  }
}

let users: Names | undefined;
let groups: Names | undefined;

/** Users of this machine. */
export function localUsers(): Names {
  users ??= new Names('/etc/passwd');
  return users;
}

/** Groups of this machine. */
export function localGroups(): Names {
  groups ??= new Names('/etc/group');
  return groups;
}

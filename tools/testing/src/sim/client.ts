import type { Random, Timer } from '@rfs/base/seams';
import { type ClientMethod, NO_STATE_ID } from '@rfs/protocol/service';
import { answerText, isChange, isKept } from './calls.js';
import type { World } from './cluster.js';
import { must } from './failure.js';
import { appendFile, type Job, readFile, type Step, truncateFile, writeFile } from './file-jobs.js';
import { REFUSED } from './model-blocks.js';
import { SimProcess } from './process.js';
import type { Call, Reply } from './server.js';
import { call, type SimDatanode } from './storage/index.js';
import { drawWish, PATHS, type Wish } from './workload.js';

/** So long a client waits for an answer: one in three is impatient. */
const TIMEOUTS_MS = [2500, 8000, 20_000];
const RETRY_MS = 150;
/** So long for a datanode's. */
const DATANODE_TIMEOUT_MS = 1500;
/** So long the same path is everybody's favourite. */
const HOT_MS = 20_000;
/** One answered change in so many is asked again, as if its answer had been lost. */
const REPEAT_ONE_IN = 8;

/** A call that the client waits for. */
interface Open {
  readonly method: ClientMethod;
  readonly request: unknown;
  readonly callId: number;
  /** A coordinated read needs no newer state than its client has seen. */
  readonly coordinated: boolean;
  /** The path of a read that is compared with what the log shows. */
  readonly path: string | undefined;
  /** The linear floor and the client's own when the call came up. */
  readonly linear: number;
  readonly session: number;
  /** The answer that was given before, when the call is repeated on purpose, and as it goes to the job. */
  readonly first: { readonly text: string; readonly answer: unknown } | undefined;
}

/** A client that does one thing after another, asking any member until it is answered, as Hadoop's client does. */
export class SimClient {
  readonly number: number;
  holder: string;
  readonly world: World;
  readonly random: Random;
  readonly process: SimProcess;
  readonly place: number;
  private job: Job | undefined;
  private open: Open | undefined;
  private attempts = 0;
  private timeout: Timer | undefined;
  private calls = 0;
  private server = 0;
  /** The newest index it has seen an effect of, and the newest state id it was told. */
  private session = 0;
  private stateId = 0;
  changes = 0;
  reads = 0;

  constructor(world: World, number: number, place: number) {
    this.world = world;
    this.number = number;
    this.place = place;
    this.random = world.random.fork(`client ${number}`);
    this.holder = `client-${number}`;
    this.process = new SimProcess(world.scheduler, { rate: 1, wallMs: 0 }, (work) => work());
    this.server = this.random.below(world.members.length);
    this.rest();
  }

  /** True while it is busy with something. */
  get waits(): boolean {
    return this.job !== undefined;
  }

  die(): void {
    this.holder = `client-${this.number}.${this.calls}`;
  }

  receive(reply: Reply): void {
    const { open } = this;
    if (open === undefined || reply.attempt !== this.attempts) return;
    this.timeout?.cancel();
    if (reply.answer === undefined) {
      this.attempts++;
      this.retryAfter(RETRY_MS);
      return;
    }
    this.open = undefined;
    const { method, first } = open;
    const text = answerText(method, reply.answer);
    this.check(open, text, reply.stateId);
    this.stateId = Math.max(this.stateId, reply.stateId);
    if (isChange(method) && first === undefined && this.random.below(REPEAT_ONE_IN) === 0) {
      this.moveOn();
      this.begin({ ...open, first: { text, answer: reply.answer } });
    } else this.goOn(first === undefined ? reply.answer : first.answer);
  }

  private check(
    { method, callId, coordinated, path, linear, session, first }: Open,
    text: string,
    stateId: number,
  ): void {
    const { history } = this.world;
    const { number } = this;
    this.world.scheduler.note(number, stateId);
    if (isChange(method)) {
      this.changes++;
      // A refusal before anything was asked of the log, which knows no such call then.
      if (method === 'addBlock' && text === `${REFUSED} IOException`) return;
      if (first === undefined) this.see(history.changeAnswered(number, callId, text, linear));
      else if (isKept(method, first.text)) history.repeatAnswered(number, callId, first.text, text);
      return;
    }
    this.reads++;
    if (coordinated) {
      must(stateId >= this.stateId, 'state id', () => `client ${number} is told ${stateId} after ${this.stateId}`);
      this.see(history.coordinatedRead(path!, text, session, stateId));
      return;
    }
    // What is read is never newer than the state id says.
    must(stateId >= linear, 'linearizability', () => `client ${number} reads at ${stateId}, begun after ${linear}`);
    if (path === undefined) {
      this.see(linear);
      return;
    }
    const at = history.linearRead(path, text, linear);
    must(stateId >= at, 'state id', () => `client ${number} reads what came with ${at} and is told ${stateId}`);
    this.see(at);
  }

  private see(index: number): void {
    this.session = Math.max(this.session, index);
  }

  private rest(): void {
    const { world, random } = this;
    const pause = 1 + random.below(2 * world.thinkMs);
    world.scheduler.after(pause, () => {
      if (world.isEnding) return;
      if (random.below(4) === 0) this.moveOn();
      const hot = PATHS[Math.floor(world.scheduler.nowMs / HOT_MS) % PATHS.length]!;
      const wish = drawWish(random, this.holder, hot, world.files.pick(random) ?? hot, world.bounds);
      this.job = this.jobFor(wish);
      this.goOn(undefined);
    });
  }

  private jobFor(wish: Wish): Job {
    switch (wish.type) {
      case 'write': {
        const [least, most] = this.world.bounds.replication;
        return writeFile(this, wish.path, least + this.random.below(most - least + 1));
      }
      case 'append':
        return appendFile(this, wish.path);
      case 'truncate':
        return truncateFile(this, wish.path);
      case 'read':
        return readFile(this, wish.path);
      case 'call':
        return asking({ type: 'ask', ...wish.call });
      case 'status':
        return asking({ type: 'status', path: wish.path, coordinated: wish.coordinated });
      case 'sync':
        return asking({ type: 'ask', method: 'msync', request: {} });
    }
  }

  /** The job's last step came to that. */
  private goOn(result: unknown): void {
    const { done, value: step } = this.job!.next(result);
    if (done === true) {
      this.job = undefined;
      this.rest();
    } else this.take(step as Step);
  }

  private take(step: Step): void {
    if (step.type === 'ask') this.ask(step.method, step.request, false, undefined);
    else if (step.type === 'status') this.ask('getFileInfo', { src: step.path }, step.coordinated, step.path);
    else if (step.type === 'pause') this.world.scheduler.after(step.ms, () => this.goOn(undefined));
    else this.askDatanodes(step.nodes, step.work);
  }

  private askDatanodes(nodes: readonly SimDatanode[], work: (node: SimDatanode) => unknown): void {
    const results: unknown[] = nodes.map(() => undefined);
    let left = nodes.length;
    if (left === 0) this.world.scheduler.after(0, () => this.goOn(results));
    for (const [i, node] of nodes.entries()) {
      call<unknown>(
        this.world,
        this,
        node.place,
        DATANODE_TIMEOUT_MS,
        (back) => node.serve(this.place, work, back),
        (result) => {
          results[i] = result;
          if (--left === 0) this.goOn(results);
        },
      );
    }
  }

  private ask(method: ClientMethod, request: unknown, coordinated: boolean, path: string | undefined): void {
    const linear = this.world.history.linearFloor;
    const { session } = this;
    this.begin({ method, request, callId: ++this.calls, coordinated, path, linear, session, first: undefined });
  }

  private begin(open: Open): void {
    this.open = open;
    this.try();
  }

  private try(): void {
    const { open } = this;
    if (open === undefined) return;
    const attempt = ++this.attempts;
    const { method, request, callId, coordinated } = open;
    const stateId = coordinated ? this.stateId : NO_STATE_ID;
    const asked: Call = { client: this.number, attempt, callId, method, request, stateId };
    this.world.ask(this.number, this.server, asked);
    this.timeout = this.world.scheduler.after(TIMEOUTS_MS[this.number % TIMEOUTS_MS.length]!, () => this.retryAfter(0));
  }

  private retryAfter(delayMs: number): void {
    const { open, attempts } = this;
    this.moveOn();
    this.world.scheduler.after(delayMs + this.random.below(RETRY_MS), () => {
      if (this.open === open && this.attempts === attempts) this.try();
    });
  }

  private moveOn(): void {
    this.server = this.random.below(this.world.members.length);
  }
}

function* asking(step: Step): Job {
  yield step;
}

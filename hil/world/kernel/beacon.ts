/**
 * Where the world is, in memory that the main thread can read while the world's own thread hangs.
 */
const KIND_BYTES = 32;
const NAME_BYTES = 64;
const NUMBERS = 3;
const TEXT_AT = NUMBERS * 8;

export interface BeaconReading {
  readonly events: number;
  readonly timeUs: number;
  readonly host: string;
  readonly kind: string;
  /** Virtual time stands still for real work, such as the loading of modules. */
  readonly isHeld: boolean;
}

export class Beacon {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Float64Array;
  readonly #text: Uint8Array;
  #kind: string | undefined;
  #host: string | undefined;

  constructor(memory = new SharedArrayBuffer(TEXT_AT + KIND_BYTES + NAME_BYTES)) {
    this.memory = memory;
    this.#numbers = new Float64Array(memory, 0, NUMBERS);
    this.#text = new Uint8Array(memory, TEXT_AT);
  }

  show(events: number, timeUs: number, host: string, kind: string): void {
    if (kind !== this.#kind) {
      this.#kind = kind;
      writeText(this.#text.subarray(0, KIND_BYTES), kind);
    }
    if (host !== this.#host) {
      this.#host = host;
      writeText(this.#text.subarray(KIND_BYTES), host);
    }
    this.#numbers[0] = events;
    this.#numbers[1] = timeUs;
  }

  hold(isHeld: boolean): void {
    this.#numbers[2] = isHeld ? 1 : 0;
  }

  read(): BeaconReading {
    return {
      events: this.#numbers[0] ?? 0,
      timeUs: this.#numbers[1] ?? 0,
      host: readText(this.#text.subarray(KIND_BYTES)),
      kind: readText(this.#text.subarray(0, KIND_BYTES)),
      isHeld: this.#numbers[2] === 1,
    };
  }
}

function writeText(into: Uint8Array, text: string): void {
  const length = Math.min(text.length, into.length);
  for (let i = 0; i < length; i++) into[i] = text.charCodeAt(i);
  if (length < into.length) into[length] = 0;
}

function readText(from: Uint8Array): string {
  const end = from.indexOf(0);
  return String.fromCharCode(...from.subarray(0, end < 0 ? from.length : end));
}

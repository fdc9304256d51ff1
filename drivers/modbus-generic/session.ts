/** An open connection with the instrument: the link, what the instrument tells of itself, and how to ask. */
import { InstrumentError } from "@helix/hal";
import type { ModbusAnswer } from "./codec/answer.ts";
import type { ModbusRequest } from "./codec/request.ts";
import { asInstrumentError, type ErrorTarget } from "./errors.ts";
import type { ExchangeLimits, ModbusLink } from "./link/link.ts";
import { type RegisterBlock, readRequest } from "./read-plan.ts";

export class ModbusSession {
  readonly link: ModbusLink;
  readonly target: ErrorTarget;
  readonly readOnly: boolean;
  /** Function 43/14, by object id; undefined where the instrument does not have it. */
  identification: ReadonlyMap<number, string> | undefined = undefined;

  constructor(link: ModbusLink, target: ErrorTarget, readOnly: boolean) {
    this.link = link;
    this.target = target;
    this.readOnly = readOnly;
  }

  /** @throws InstrumentError Timeout, ConnectionLost, ProtocolViolation, ChecksumFailure */
  async ask(request: ModbusRequest, limits: ExchangeLimits, channelId = 0): Promise<ModbusAnswer> {
    try {
      return await this.link.exchange(request, limits);
    } catch (error) {
      throw asInstrumentError(this.target, error, channelId);
    }
  }

  /** The registers, or the code of the exception that came instead. */
  async read(
    block: RegisterBlock,
    limits: ExchangeLimits,
    channelId = 0,
  ): Promise<readonly number[] | number> {
    const answer = await this.ask(readRequest(block), limits, channelId);
    if (answer.is === "registers") return answer.values;
    if (answer.is === "exception") return answer.code;
    throw new Error(`an answer of kind ${answer.is} to a read: invariant broken`);
  }

  /**
   * Asks for vendor, product and revision.
   *
   * @returns undefined where the instrument refuses; whatever it has told before stays
   */
  async identify(limits: ExchangeLimits): Promise<ReadonlyMap<number, string> | undefined> {
    const objects = new Map<number, string>();
    let objectId: number | undefined = 0;
    // Basic identification is three objects; an instrument that goes round in circles is stopped.
    for (let turn = 0; turn < 8 && objectId !== undefined; turn++) {
      const answer = await this.ask({ functionCode: 43, category: 1, objectId }, limits);
      if (answer.is !== "identification") return undefined;
      for (const [id, text] of answer.objects) objects.set(id, text);
      objectId = answer.nextObjectId;
    }
    this.identification = objects;
    return objects;
  }

  /** For a configuration that the instrument does not bear out. */
  invalid(driverName: string, field: string, reason: string): InstrumentError {
    return new InstrumentError({
      kind: "InvalidConfiguration",
      driverName,
      field,
      reason: `${reason} at ${this.target.endpoint}`,
    });
  }
}

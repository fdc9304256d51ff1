/** An answer on its way. */
export interface Reply {
  readonly transactionId: number | undefined;
  readonly unitId: number;
  /** Function code and what follows. */
  readonly message: Buffer;
  readonly delayMs: number;
  readonly hasWrongChecksum?: true;
  /** Sent a second time, at once. */
  readonly isTwice?: true;
}

/** For receipts; the message without its envelope, in hexadecimal. */
export function describeReply({ message, unitId, transactionId, hasWrongChecksum, isTwice }: Reply): string {
  const parts = [
    message.toString("hex"),
    `unit ${unitId}`,
    ...(transactionId === undefined ? [] : [`transaction ${transactionId}`]),
    ...(hasWrongChecksum ? ["wrong checksum"] : []),
    ...(isTwice ? ["twice"] : []),
  ];
  return parts.join(", ");
}

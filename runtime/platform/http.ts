/** HTTP for what is reached by a URL; sockets of our own protocols are Net's. */

/** The other end answered, and it was no. */
export class HttpAnswerError extends Error {
  override readonly name = "HttpAnswerError";
  readonly status: number;
  readonly body: Uint8Array;

  constructor(status: number, statusText: string, body: Uint8Array) {
    super(`it answered ${status} ${statusText}`);
    this.status = status;
    this.body = body;
  }
}

/**
 * Posts `body` and gives the answer's body.
 *
 * @throws Error that says why there is none: the network's reason, or HttpAnswerError with the answer's status
 */
export async function postHttp(
  url: string,
  body: Uint8Array,
  options: { readonly contentType: string; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { contentType, signal } = options;
  const headers = { "Content-Type": contentType };
  const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body), signal });
  const content = new Uint8Array(await answer.arrayBuffer());
  if (!answer.ok) throw new HttpAnswerError(answer.status, answer.statusText, content);
  return content;
}

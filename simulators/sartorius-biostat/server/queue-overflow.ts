/**
 * A subscriber that is cut off lets its queues overflow. The stack marks the oldest kept value with
 * the overflow bit, but asserts that its status is Good, so that a value of uncertain quality in that
 * place would throw through the plant's step. This marks such a value too (OPC 10000-4, 7.39.1: the
 * bit goes with any severity). Found with node-opcua-server 2.186.4.
 */
import { MonitoredItem } from "node-opcua-server";
import { StatusCode } from "node-opcua-status-code";

/** The stack's private method, which is replaced. */
const MARK = "_setOverflowBit";

type Notification = { value?: { statusCode: StatusCode } };
type Mark = (this: unknown, notification: Notification) => void;

/** Once per process, before a server is made. */
export function markOverflowOfAnyQuality(): void {
  const prototype = MonitoredItem.prototype as unknown as Record<typeof MARK, Mark>;
  const markGood = prototype[MARK];
  prototype[MARK] = function mark(notification) {
    const { value } = notification;
    if (value === undefined || value.statusCode.value === 0) markGood.call(this, notification);
    else value.statusCode = StatusCode.makeStatusCode(value.statusCode, "Overflow | InfoTypeDataValue");
  };
}

import { expect, test } from "vitest";
import { NotificationNumbers } from "./notification-numbers.ts";

test("numbers that follow each other, with keep-alives between, miss nothing", () => {
  const numbers = new NotificationNumbers();
  expect(numbers.note(1, true)).toBe(false);
  expect(numbers.note(2, false)).toBe(false);
  expect(numbers.note(2, false)).toBe(false);
  expect(numbers.note(2, true)).toBe(false);
  expect(numbers.note(3, true)).toBe(false);
});

test("a skipped number is told with the next data", () => {
  const numbers = new NotificationNumbers();
  numbers.note(1, true);
  expect(numbers.note(3, true)).toBe(true);
  expect(numbers.note(4, true)).toBe(false);
});

test("a keep-alive that announces a later number tells of a missing one, once data comes", () => {
  const numbers = new NotificationNumbers();
  numbers.note(1, true);
  expect(numbers.note(3, false)).toBe(false);
  expect(numbers.note(3, true)).toBe(true);
});

test("the number wraps from 2^32 - 1 to 1", () => {
  const numbers = new NotificationNumbers();
  numbers.note(0xffff_ffff, true);
  expect(numbers.note(1, true)).toBe(false);
});

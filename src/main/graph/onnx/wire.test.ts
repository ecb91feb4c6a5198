import fc from "fast-check";
import { expect, test } from "vitest";
import { WireError, WireReader, WireWriter } from "./wire";

const seed = 20261121;

test("every int64 comes back from its varint", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const writer = new WireWriter();
      writer.varint(1, value);
      const reader = new WireReader(writer.finish());
      expect(reader.tag()).toEqual({ field: 1, type: 0 });
      expect(reader.int64()).toBe(value);
      expect(reader.done).toBe(true);
    }),
    {
      seed,
      examples: [[0n], [-1n], [127n], [128n], [2n ** 49n], [2n ** 63n - 1n], [-(2n ** 63n)]],
    },
  );
});

test("fields of every kind come back in order, and can be skipped", () => {
  fc.assert(
    fc.property(fc.double(), fc.string({ unit: "grapheme" }), fc.uint8Array(), (x, text, bytes) => {
      const inner = new WireWriter();
      inner.string(3, text);
      const writer = new WireWriter();
      writer.double(1, x);
      writer.float(2, 0.5);
      writer.message(5, inner);
      writer.bytes(20, bytes);
      const reader = new WireReader(writer.finish());
      const skipping = new WireReader(writer.finish());
      for (const field of [1, 2, 5, 20]) {
        const { field: found, type } = skipping.tag();
        expect(found).toBe(field);
        skipping.skip(type);
      }
      expect(skipping.done).toBe(true);
      reader.tag();
      expect(reader.double()).toBe(x);
      reader.tag();
      expect(reader.float()).toBe(0.5);
      reader.tag();
      const message = reader.message();
      expect(message.tag().field).toBe(3);
      expect(message.string()).toBe(text);
      expect(message.done).toBe(true);
      reader.tag();
      expect(reader.bytes()).toEqual(bytes);
    }),
    { seed },
  );
});

test("a length beyond the end is refused before anything is read", () => {
  const claims = Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3);
  const reader = new WireReader(claims);
  reader.tag();
  expect(() => reader.bytes()).toThrow(WireError);
});

test("a nested message cannot be read past its own end", () => {
  const reader = new WireReader(Uint8Array.of(0x0a, 0x01, 0x08, 0x2a));
  reader.tag();
  const message = reader.message();
  message.tag();
  expect(() => message.varint()).toThrow(WireError);
});

test("eleven bytes are no varint", () => {
  expect(() => new WireReader(new Uint8Array(11).fill(0xff)).varint()).toThrow(WireError);
});

test("a message may hold more others than a call takes arguments", () => {
  const count = 150_000;
  const graph = new WireWriter();
  for (let k = 0; k < count; k++) {
    const node = new WireWriter();
    node.varint(1, k);
    if (k % 50_000 === 0) node.bytes(2, new Uint8Array(5000));
    graph.message(1, node);
  }
  const model = new WireWriter();
  model.message(7, graph);
  const reader = new WireReader(model.finish());
  reader.tag();
  const nodes = reader.message();
  let inOrder = 0;
  for (let k = 0; k < count; k++) {
    nodes.tag();
    const node = nodes.message();
    node.tag();
    if (node.varint() === k && node.done === (k % 50_000 !== 0)) inOrder++;
  }
  expect(inOrder).toBe(count);
  expect(nodes.done).toBe(true);
});

/**
 * Model-local functions, which newer exporters write for modules, replaced by their bodies: the result holds only
 * operators. Values inside get names of their own, attribute references the caller's values or the defaults.
 */
import { UserError } from "../../../shared/errors";
import { isStandard, standardOpset } from "./decode";
import { printable } from "./printable";
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from "./schema";

/** A node with the version of the operator set that gives it its meaning: a function may import another one. */
export interface VersionedNode extends NodeProto {
  readonly opset: number;
}

/** Deeper calls than modules nest; more means that functions call each other in a circle. */
const DEEPEST_CALL = 64;
/** Calls multiply: a few short functions can stand for billions of nodes. */
const MOST_NODES = 100_000;

/**
 * The model's nodes in their order, calls of its own functions replaced by their bodies.
 * @throws UserError "onnx/functions" where functions call themselves or expand without bound
 */
export function inlineFunctions(model: ModelProto, path: string): VersionedNode[] {
  return functionInliner(model, path)(model.graph?.node ?? []);
}

/** Does the same to the nodes of any graph in the model: those of control flow have their own. */
export type Inliner = (nodes: readonly NodeProto[], opset?: number) => VersionedNode[];

export function functionInliner(model: ModelProto, path: string): Inliner {
  const key = (domain: string, name: string, overload: string): string =>
    `${isStandard(domain) ? "" : domain}::${name}::${overload}`;
  const functions = new Map(model.functions.map((f) => [key(f.domain, f.name, f.overload), f]));
  let calls = 0;

  const emit = (result: VersionedNode[], node: NodeProto, opset: number, depth: number): void => {
    const body = functions.get(key(node.domain, node.opType, node.overload));
    if (body === undefined) {
      result.push({ ...node, opset });
    } else {
      if (depth >= DEEPEST_CALL) throw unbounded(path, body.name);
      const prefix = node.name === "" ? `${node.opType}_${calls++}` : `${node.name}_${calls++}`;
      for (const inner of instantiate(body, node, prefix)) {
        emit(result, inner, standardOpset(body) || opset, depth + 1);
      }
    }
    if (result.length > MOST_NODES || calls > MOST_NODES) throw unbounded(path, node.opType);
  };
  return (nodes, opset = standardOpset(model)) => {
    const result: VersionedNode[] = [];
    for (const node of nodes) emit(result, node, opset, 0);
    return result;
  };
}

function unbounded(path: string, name: string): UserError {
  return new UserError(
    "onnx/functions",
    `${path}: the function ${printable(name)} calls itself or expands to more than ${MOST_NODES} nodes.`,
    { where: name },
  );
}

/** The function's nodes for one call: parameters become the caller's values, the rest gets a name of its own. */
function instantiate(body: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>();
  body.input.forEach((name, i) => names.set(name, call.input[i] ?? ""));
  // An output that merely passes an input on needs a node, for a value has one name here.
  const passed: NodeProto[] = [];
  body.output.forEach((name, i) => {
    const target = call.output[i] ?? "";
    if (target === "") return;
    if (!names.has(name)) names.set(name, target);
    else passed.push(identity(names.get(name)!, target, prefix));
  });
  const rename = (name: string): string => {
    if (name === "") return "";
    const known = names.get(name);
    if (known !== undefined) return known;
    const own = `${prefix}/${name}`;
    names.set(name, own);
    return own;
  };
  const given = new Map(call.attribute.map((attribute) => [attribute.name, attribute]));
  const defaults = new Map(body.attributeProto.map((attribute) => [attribute.name, attribute]));
  const resolve = (attribute: AttributeProto): AttributeProto[] => {
    if (attribute.g !== undefined) {
      return [{ ...attribute, g: instantiateGraph(attribute.g, rename, resolve) }];
    }
    if (attribute.refAttrName === "") return [attribute];
    const value = given.get(attribute.refAttrName) ?? defaults.get(attribute.refAttrName);
    // Neither given nor defaulted: the operator's own default holds.
    return value === undefined ? [] : [{ ...value, name: attribute.name, refAttrName: "" }];
  };
  return [
    ...body.node.map((node) => ({
      ...node,
      name: node.name === "" ? prefix : `${prefix}/${node.name}`,
      input: node.input.map(rename),
      output: node.output.map(rename),
      attribute: node.attribute.flatMap(resolve),
    })),
    ...passed,
  ];
}

/** The graph of a branch or loop in a function: what it reads from outside follows the call, its own names stay. */
function instantiateGraph(
  graph: GraphProto,
  outside: (name: string) => string,
  resolve: (attribute: AttributeProto) => AttributeProto[],
): GraphProto {
  const own = new Set([
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.node.flatMap(({ output }) => output),
  ]);
  const rename = (name: string): string => (own.has(name) ? name : outside(name));
  return {
    ...graph,
    output: graph.output.map((info) => ({ ...info, name: rename(info.name) })),
    node: graph.node.map((node) => ({
      ...node,
      input: node.input.map(rename),
      attribute: node.attribute.flatMap((attribute) =>
        attribute.g === undefined
          ? resolve(attribute)
          : [{ ...attribute, g: instantiateGraph(attribute.g, rename, resolve) }],
      ),
    })),
  };
}

function identity(from: string, to: string, name: string): NodeProto {
  return {
    input: [from],
    output: [to],
    name,
    opType: "Identity",
    attribute: [],
    docString: "",
    domain: "",
    overload: "",
  };
}

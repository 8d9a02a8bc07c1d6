import { changeNested } from './graph.js';
import {
  fieldIntegers,
  fieldText,
  integerField,
  lastField,
  messageField,
  readFields,
  textField,
  type Field,
} from './protobuf.js';

/** ValueInfoProto: name 1, type 2 > tensor_type 1 > shape 2 > dim 1 > dim_value 1 | dim_param 2. */
const fields = { name: 1, type: 2, tensorType: 1, shape: 2, dim: 1, dimValue: 1, dimParam: 2 } as const;

export function valueName(valueInfo: Field): string {
  return fieldText(lastField(readFields(valueInfo.payload), fields.name));
}

/** Sizes of a graph input or output; null for symbolic ones. Undefined when no shape is stated. */
export function valueShape(valueInfo: Field): (number | null)[] | undefined {
  let message: Field | undefined = valueInfo;
  for (const number of [fields.type, fields.tensorType, fields.shape]) {
    message = message && lastField(readFields(message.payload), number);
  }
  if (message === undefined) return undefined;
  return readFields(message.payload)
    .filter((field) => field.number === fields.dim)
    .map((dim) => {
      const value = fieldIntegers(readFields(dim.payload), fields.dimValue).at(-1);
      return value === undefined ? null : Number(value);
    });
}

/** @param change gets position and present size, and gives the new size, a name for a symbolic one, or undefined for no change */
export function changeShape(
  valueInfo: Field,
  change: (position: number, size: number | null) => number | string | undefined,
): Field {
  const shape = valueShape(valueInfo);
  if (shape === undefined) return valueInfo;
  return changeNested(valueInfo, fields.type, (type) =>
    changeNested(type, fields.tensorType, (tensorType) =>
      changeNested(tensorType, fields.shape, (shapeMessage) => {
        let position = -1;
        return changeNested(shapeMessage, fields.dim, (dim) => {
          position += 1;
          const next = change(position, shape[position] ?? null);
          if (next === undefined) return dim;
          return messageField(fields.dim, [
            typeof next === 'string'
              ? textField(fields.dimParam, next)
              : integerField(fields.dimValue, BigInt(next)),
          ]);
        });
      }),
    ),
  );
}

/** The same tensor without a word about its shape: runtimes infer it. */
export function withoutShape(valueInfo: Field): Field {
  return changeNested(valueInfo, fields.type, (type) =>
    changeNested(type, fields.tensorType, (tensorType) =>
      messageField(
        tensorType.number,
        readFields(tensorType.payload).filter((field) => field.number !== fields.shape),
      ),
    ),
  );
}

/** A float32 output of any shape. */
export function floatOutput(number: number, name: string): Field {
  const float = 1n;
  return messageField(number, [
    textField(fields.name, name),
    messageField(fields.type, [messageField(fields.tensorType, [integerField(1, float)])]),
  ]);
}

import { describe, expect, it } from 'vitest';
import { TraceSettings } from './trace-settings.js';

function settingsOf(values: Record<string, readonly string[]>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value: [...value] }]));
}

function traces() {
  const settings = new TraceSettings((name) => name === 'echo');
  const update = (values: Record<string, readonly string[]>, modelName = '') =>
    settings.update({ modelName, settings: settingsOf(values) }).settings;
  return { update, rate: (modelName = '') => update({}, modelName)['trace_rate']?.value[0] };
}

describe('TraceSettings', () => {
  it('tells all settings', () => {
    expect(traces().update({ foo: ['1'], trace_mode: ['opentelemetry'] })).toEqual(
      settingsOf({
        trace_level: ['OFF'],
        trace_rate: ['1000'],
        trace_count: ['-1'],
        log_frequency: ['0'],
        trace_file: [''],
        trace_mode: ['triton'],
      }),
    );
  });

  it('keeps settings of a model apart from those of all', () => {
    const { update, rate } = traces();
    update({ trace_rate: ['5'] }, 'echo');
    update({ trace_rate: ['7'] });
    expect([rate('echo'), rate()]).toEqual(['5', '7']);
    update({ trace_rate: [] }, 'echo');
    expect(rate('echo')).toBe('7');
    update({ trace_rate: [] });
    expect(rate('echo')).toBe('1000');
  });

  it.each([
    ['trace_rate', '5x', '5'],
    ['trace_rate', '-1', '4294967295'],
    ['log_frequency', ' +7', '7'],
    ['trace_count', '-1', '-1'],
  ])('reads %s %j as the real server does', (name, text, value) => {
    expect(traces().update({ [name]: [text] })[name]).toEqual({ value: [value] });
  });

  it.each<[Record<string, readonly string[]>, string]>([
    [{ trace_file: [] }, 'trace file location can not be updated through network protocol'],
    [{ trace_rate: ['x'], trace_level: ['TIMESTAMPS'] }, "Unable to parse 'trace_rate', got: x"],
    [
      { trace_rate: ['2147483648'] },
      "Unable to parse 'trace_rate', value is out of range [ 0, 4294967295 ], got: 2147483648",
    ],
    [{ trace_count: ['-2'] }, "Unable to parse 'trace_count'. Expecting value >= -1, got: -2"],
    [{ log_frequency: ['1', '2'] }, "expect only 1 value for 'log_frequency'"],
    [{ trace_level: ['OFF', 'TIMESTAMPS'] }, "Expect only one trace level 'OFF' is specified"],
    [{ trace_level: ['TENSORS'] }, 'Attempting to set invalid trace setting :trace file name is not given'],
  ])('refuses %j, and changes nothing', (values, words) => {
    const { update, rate } = traces();
    expect(() => update({ trace_rate: ['3'], ...values })).toThrow(words);
    expect(rate()).toBe('1000');
  });

  it('refuses a model that is not there', () => {
    expect(() => traces().update({}, 'nope')).toThrow('Request for unknown model : nope');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arcfaceTemplate, similarityTransform, templateEyeDistance, type Point } from './alignment.js';

const coordinate = fc.double({ min: -2000, max: 2000, noNaN: true });

describe('similarityTransform', () => {
  it('is the identity from the template to itself', () => {
    const { a, b, dx, dy } = similarityTransform(arcfaceTemplate, arcfaceTemplate);
    [a - 1, b, dx, dy].forEach((difference) => expect(difference).toBeCloseTo(0, 10));
  });

  it('recovers any rotation, scale and shift', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
        coordinate,
        coordinate,
        (scale, angle, dx, dy) => {
          const a = scale * Math.cos(angle);
          const b = scale * Math.sin(angle);
          const moved = arcfaceTemplate.map(([x, y]): Point => [a * x - b * y + dx, b * x + a * y + dy]);
          const found = similarityTransform(arcfaceTemplate, moved);
          expect(found.a).toBeCloseTo(a, 6);
          expect(found.b).toBeCloseTo(b, 6);
          expect(found.dx).toBeCloseTo(dx, 5);
          expect(found.dy).toBeCloseTo(dy, 5);
        },
      ),
    );
  });

  it('leaves the least error: no small change of it comes closer', () => {
    const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 5, maxLength: 5 });
    const change = fc.double({ min: -0.05, max: 0.05, noNaN: true });
    fc.assert(
      fc.property(points, change, change, change, change, (from, a, b, dx, dy) => {
        const best = similarityTransform(from, arcfaceTemplate);
        const other = { a: best.a + a / 1000, b: best.b + b / 1000, dx: best.dx + dx, dy: best.dy + dy };
        expect(squaredError(from, best)).toBeLessThanOrEqual(squaredError(from, other) + 1e-6);
      }),
    );
  });

  it('never mirrors, and survives points that coincide', () => {
    const mirrored = arcfaceTemplate.map(([x, y]): Point => [112 - x, y]);
    const { a, b } = similarityTransform(mirrored, arcfaceTemplate);
    expect(a * a + b * b).toBeLessThan(1);
    const same = similarityTransform(Array<Point>(5).fill([7, 7]), arcfaceTemplate);
    expect([same.a, same.b]).toEqual([0, 0]);
  });
});

it('templateEyeDistance is that of the ArcFace template', () => {
  expect(templateEyeDistance).toBeCloseTo(35.24, 2);
});

function squaredError(from: readonly Point[], t: { a: number; b: number; dx: number; dy: number }): number {
  return from.reduce((sum, [x, y], i) => {
    const [toX, toY] = arcfaceTemplate[i]!;
    return sum + (t.a * x - t.b * y + t.dx - toX) ** 2 + (t.b * x + t.a * y + t.dy - toY) ** 2;
  }, 0);
}

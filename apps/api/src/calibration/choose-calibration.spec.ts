import { defaultCalibration, type RerankCalibration } from '@face/kserve';
import { describe, expect, it } from 'vitest';
import { chooseCalibration } from './choose-calibration.js';

const model: RerankCalibration = {
  alpha: 25,
  tau: 0.426,
  galleryReference: 500,
  voting: false,
  calibrated: true,
};

describe('the calibration', () => {
  it('is the general one when nobody tells any', () => {
    expect(chooseCalibration({}, null)).toEqual(defaultCalibration);
  });

  it('is the one of the model', () => {
    expect(chooseCalibration({}, model)).toEqual(model);
  });

  it('is what the operator sets, part by part', () => {
    expect(chooseCalibration({ tau: 0.5, galleryReference: 9 }, model)).toEqual({
      ...model,
      tau: 0.5,
      galleryReference: 9,
    });
  });

  it('counts as fitted only when both values of the logistic are known', () => {
    expect(chooseCalibration({ alpha: 20 }, null).calibrated).toBe(false);
    expect(chooseCalibration({ alpha: 20, tau: 0.3 }, null).calibrated).toBe(true);
  });
});

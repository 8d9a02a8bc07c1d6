import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AdmissionInterceptor } from './admission/admission.interceptor.js';
import { BodyBudget } from './body/body-budget.js';
import { BodyInterceptor } from './body/body.interceptor.js';
import { BodyReader } from './body/body-reader.js';
import { DeadlineInterceptor } from './deadline.interceptor.js';
import { ErrorFilter } from './error.filter.js';
import { OpenResponses } from './open-responses.js';
import { CheckBodyPipe } from './validation/check-body.pipe.js';

/** What every request goes through, in this order, behind the guard. */
@Module({
  providers: [
    { provide: APP_INTERCEPTOR, useClass: AdmissionInterceptor },
    { provide: APP_INTERCEPTOR, useClass: DeadlineInterceptor },
    BodyBudget,
    BodyReader,
    { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
    { provide: APP_PIPE, useClass: CheckBodyPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
    OpenResponses,
  ],
  exports: [OpenResponses, BodyBudget],
})
export class HttpModule {}

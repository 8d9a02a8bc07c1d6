import 'reflect-metadata';
import { echoModels } from '../../../libs/kserve/test/echo-models.js';
import { serve } from './serve.js';

// The model server with small models beside its own for which the answers of a real Triton are known.
await serve(echoModels);

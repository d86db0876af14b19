// What both applications use of the API: the client and its errors. Shapes are in `./branch` and `./hq`.
export { clientOf, idempotencyKey, unwrap } from './client'
export { asProblem, type FieldError, Problem, type ProblemBody, problemOf } from './problem'

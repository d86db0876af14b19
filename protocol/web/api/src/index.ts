// What both applications use of the API: requests and their errors. Shapes are in `./branch` and `./hq`.
export { idempotencyKey, unwrap } from './client'
export { asProblem, type FieldError, Problem, type ProblemBody, problemOf } from './problem'

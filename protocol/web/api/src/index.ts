// What both applications use of the API: requests and their errors. Shapes are in `./branch` and `./hq`.
export { asProblem, type FieldError, Problem, type ProblemBody, problemOf } from './problem'
export { idempotencyKey } from './request'

import { z } from 'zod'
import { uuid } from '../capsule.ts'
import {
  decisionFilter,
  decisionRecord,
  evaluationAnswer,
  evaluationBody,
  evaluationsAnswer,
  evaluationsBody,
  explainedDecision,
  policiesInForce,
  policyBody,
  policyChange,
  previewRequest,
} from '../governance.ts'
import { paged } from '../parameters.ts'
import {
  CHANGE_EXAMPLE,
  DECISION_EXAMPLE,
  EVALUATION_EXAMPLE,
  EXPLAINED_EXAMPLE,
  POLICIES_EXAMPLE,
  QUESTION_EXAMPLE,
} from './examples-governance.ts'
import { json, type RouteDefinition } from './route.ts'

/** What the gate decided, would decide, and by which rules. */
export const GOVERNANCE = [
  {
    id: 'listDecisions',
    method: 'GET',
    path: '/v2/governance/decisions',
    tag: 'Governance',
    summary: 'Decisions on record, newest first',
    description:
      'Changes, denials and what waits for an approval, each by itself; allowed reading is gathered in the log and is found by its id. A page may have fewer rows than asked for and a cursor all the same.',
    access: { action: 'governance.read' },
    query: decisionFilter,
    responses: {
      200: json('Decisions.', paged(decisionRecord, 'Decisions'), { items: [DECISION_EXAMPLE], next_cursor: null }),
    },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'getDecision',
    method: 'GET',
    path: '/v2/governance/decisions/{id}',
    tag: 'Governance',
    summary: 'One decision, explained down to the clause',
    description:
      'Whoever asked sees the decision, and so does the person behind an agent, as long as they may read what it was about; to others it is as what is not there. With every policy that it rests on, part by part, whether what it was made from is what the log has the digest of, and what the same comes to when it is decided again by the policies of then.',
    access: { action: 'governance.read' },
    params: z.strictObject({ id: uuid }),
    responses: { 200: json('The decision.', explainedDecision, EXPLAINED_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'previewDecision',
    method: 'POST',
    path: '/v2/governance/decisions:preview',
    tag: 'Governance',
    summary: 'What the gate would decide now',
    description:
      'The function that decides, with nothing done and nothing on record. For another subject than oneself it takes `governance.read` as well; a capsule that whoever asks may not read is for them one that there is not.',
    access: { action: 'governance.preview' },
    body: { schema: previewRequest, example: { action: 'capsule.erase', resource: '*', subject: 'scout' } },
    responses: { 200: json('What it would be.', decisionRecord, { ...DECISION_EXAMPLE, decision_id: null }) },
    errors: ['UNPROCESSABLE'],
  },
  {
    id: 'getPolicies',
    method: 'GET',
    path: '/v2/governance/policies',
    tag: 'Governance',
    summary: 'The policies in force, with the constitution',
    access: { action: 'governance.read' },
    responses: { 200: json('The policies.', policiesInForce, POLICIES_EXAMPLE) },
  },
  {
    id: 'applyPolicies',
    method: 'PUT',
    path: '/v2/governance/policies',
    tag: 'Governance',
    summary: 'Put other policies in force',
    description:
      'They are read on a thread that is thrown away and held strictly against the schema. What is not sound is refused with its findings, and what was in force stays. The constitution and the schema come with the program and belong to every bundle. Policies under which whoever applies them, or the administrator of the instance, could apply no others are refused, and so are those under which that administrator could not turn the kill switch.',
    access: { action: 'policy.apply' },
    body: {
      schema: policyBody,
      example: { files: [{ path: 'team.cedar', text: '@id("team.all")\npermit (principal, action, resource);\n' }] },
    },
    responses: { 200: json('What changed, or would.', policyChange, CHANGE_EXAMPLE) },
    errors: ['UNPROCESSABLE', 'CONFLICT'],
  },
  {
    id: 'evaluateAccess',
    method: 'POST',
    path: '/access/v1/evaluation',
    tag: 'Governance',
    summary: 'OpenID AuthZEN: may this subject do this?',
    description: 'Authorization API 1.0. The decision is on record like any other; nothing is done.',
    access: { action: 'governance.evaluate' },
    body: { schema: evaluationBody, example: QUESTION_EXAMPLE },
    responses: { 200: json('The decision.', evaluationAnswer, EVALUATION_EXAMPLE) },
  },
  {
    id: 'evaluateAccesses',
    method: 'POST',
    path: '/access/v1/evaluations',
    tag: 'Governance',
    summary: 'OpenID AuthZEN: several questions at once',
    description: 'Members of the request stand for those that a question leaves out.',
    access: { action: 'governance.evaluate' },
    body: { schema: evaluationsBody, example: { ...QUESTION_EXAMPLE, evaluations: [{}] } },
    responses: {
      200: json('The decisions, in the order of the questions.', evaluationsAnswer, {
        evaluations: [EVALUATION_EXAMPLE],
      }),
    },
    errors: ['UNPROCESSABLE'],
  },
] as const satisfies readonly RouteDefinition[]

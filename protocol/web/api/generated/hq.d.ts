// Made from the OpenAPI document beside it by `npm run generate:types`. Not written by hand.
export interface paths {
    "/api/v1/boxes/{box_id}/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes a box's certificates: its connection ends at once, and it does not come again with them. */
        post: operations["revoke_box"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All branches: as-of, lag, link, last sample. */
        get: operations["branches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/breaks/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody has looked, and says why it is well. A copied box goes on with the run that is named. */
        post: operations["close_break"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/breaks/{id}/facts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The facts of an old tail: kept byte for byte, counted no more. */
        get: operations["old_facts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest commands to a branch and their answers. */
        get: operations["commands"];
        put?: never;
        /** Asks something of a branch once, within the next ten minutes. */
        post: operations["command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/dead-letters/{epoch}/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them: its form, and nothing of what it says. */
        get: operations["dead_letter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/dead-letters/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries to apply one or all of a branch again: after an upgrade, say. */
        post: operations["retry_dead_letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/directives": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest directives of a branch, and what became of each. */
        get: operations["directives"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/log-level": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a branch's log say more, or less, for some minutes. */
        post: operations["set_log_level"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/{box_id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The samples of one branch, oldest first. */
        get: operations["branch_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/breaks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What broke the lines of the branches: open ones first. */
        get: operations["breaks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls, newest first. */
        get: operations["calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All certificates that are known here, by box, the newest first. */
        get: operations["certificates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Customers by branch, the last imported first. */
        get: operations["customers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Facts that could not be applied, by branch and in the order of its journal. */
        get: operations["dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/enrolments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Enrolments: open ones, and what became of the others. */
        get: operations["enrolments"];
        put?: never;
        /** Makes a code for a box; an open one of the same box ends. */
        post: operations["make_enrolment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/enrolments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an open enrolment back. */
        delete: operations["cancel_enrolment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/field-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What headquarters may see now. */
        get: operations["field_policy"];
        /** Sets what headquarters may see: here at once, and as a directive to every branch. */
        put: operations["set_field_policy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The live socket (WebSocket): the messages are `LiveMessage`. */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All branches in a few figures. */
        get: operations["overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/refusals-of-contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest refusals of contact that count for all. */
        get: operations["refusals_of_contact"];
        put?: never;
        /** Headquarters refuses contact with a number for all branches, or lifts its own refusal. The number is not kept. */
        post: operations["refuse_contact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rollups/hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Attempts and answers by hour. */
        get: operations["rollup_hours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I? */
        get: operations["session"];
        put?: never;
        /** Sign in; the session is a cookie. */
        post: operations["sign_in"];
        /** Sign out. */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Snapshots that another machine could be made from. */
        get: operations["snapshots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the links stand: the branches with the heaviest troubles first. */
        get: operations["sync_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Backup: {
            /** Format: int64 */
            bytes: number;
            name: string;
            /** Format: int64 */
            taken: number;
        };
        BoxCertificate: {
            box_id: string;
            /**
             * Format: int64
             * @description When a connection with it was last begun.
             */
            connected?: number | null;
            /** Format: int64 */
            first_seen: number;
            /** Format: int64 */
            not_after: number;
            /** Format: int64 */
            not_before: number;
            /** @enum {string} */
            origin: "enrolment" | "renewal" | "elsewhere";
            /**
             * Format: int64
             * @description When the box asks for the next one.
             */
            renew_at: number;
            /** Format: int64 */
            revoked?: number | null;
            revoked_by?: string | null;
            serial: string;
            state: components["schemas"]["CertificateState"];
            /** @description What was said at the revocation; `superseded`: it gave way to a newer one. */
            why?: string | null;
        };
        /** @description One branch, as headquarters knows it now. */
        Branch: {
            /** Format: int64 */
            applied: number;
            /**
             * Format: int64
             * @description What is shown of this branch is complete up to here; none: nothing came yet.
             */
            as_of?: number | null;
            box_id: string;
            /**
             * Format: int64
             * @description The branch's clock minus ours.
             */
            clock_offset_ms: number;
            connected: boolean;
            /** Format: int64 */
            dead_letters: number;
            /** Format: int32 */
            epoch: number;
            /**
             * Format: int64
             * @description The end of the branch's journal, and how far it is applied and backed up here.
             */
            head: number;
            /**
             * Format: int64
             * @description Facts that the branch has and headquarters has not.
             */
            lag_facts: number;
            /**
             * Format: int64
             * @description Now minus `as_of`.
             */
            lag_s: number;
            last_error?: string | null;
            /** Format: int64 */
            last_error_at?: number | null;
            /** Format: int64 */
            last_seen: number;
            /**
             * Format: int64
             * @description Since when it is connected, or is not.
             */
            link_changed: number;
            metrics?: components["schemas"]["MetricsPoint"] | null;
            name: string;
            /** Format: int64 */
            safe: number;
            version: string;
        };
        /** @description How the link of one branch stands. */
        BranchSync: {
            /** Format: int64 */
            applied: number;
            box_id: string;
            /**
             * Format: int64
             * @description What broke its line and nobody has looked at yet.
             */
            breaks: number;
            /**
             * Format: int64
             * @description The branch's clock minus ours.
             */
            clock_offset_ms: number;
            /** Format: int64 */
            dead_letters: number;
            /**
             * Format: int64
             * @description The last directive for it, how far its inbox is, how many it refused.
             */
            directives: number;
            /** Format: int64 */
            directives_received: number;
            /** Format: int64 */
            directives_refused: number;
            /**
             * Format: int64
             * @description Until all is here, at the pace of the last minute; none: nothing is missing, or nothing moves.
             */
            drain_s?: number | null;
            /** Format: int32 */
            epoch: number;
            /** Format: int64 */
            head: number;
            /** Format: int64 */
            lag_facts: number;
            last_error?: string | null;
            /** Format: int64 */
            last_error_at?: number | null;
            /** Format: int64 */
            last_seen: number;
            name: string;
            /**
             * Format: int64
             * @description The oldest fact that is missing here is at most this old; none: nothing is missing.
             */
            oldest_s?: number | null;
            phase: components["schemas"]["SyncPhase"];
            /**
             * Format: int64
             * @description Facts that wait as bytes until this headquarters can read them.
             */
            raw: number;
            /** Format: int64 */
            safe: number;
            /** @description What is wrong, the worst first; empty: all is well. */
            troubles: components["schemas"]["SyncTrouble"][];
        };
        /** @enum {string} */
        BreakKindShown: "old_tail" | "gap" | "copied";
        BreakRow: {
            box_id: string;
            /** Format: int64 */
            closed?: number | null;
            closed_by?: string | null;
            /** Format: int32 */
            epoch: number;
            /**
             * Format: int64
             * @description The facts that it is about; 0 and 0 for a copied box.
             */
            first: number;
            /** Format: int64 */
            id: number;
            kind: components["schemas"]["BreakKindShown"];
            /** Format: int64 */
            last: number;
            /** Format: int64 */
            noted: number;
            reason?: string | null;
            /** @description Of a copied box: the run that said so last, and the one before it. */
            runs?: string[];
        };
        /** @description Open ones first, at most 200. */
        Breaks: {
            items: components["schemas"]["BreakRow"][];
        };
        /** @description One call. */
        Call: {
            /** Format: int64 */
            answered?: number | null;
            box_id: string;
            call: string;
            customer?: string | null;
            /** @enum {string} */
            direction: "outbound" | "inbound" | "internal";
            end?: components["schemas"]["CallEnd"] | null;
            extension?: string | null;
            other_extension?: string | null;
            /** @description The outside number's record; the number itself is sealed. */
            party?: string | null;
            /** @enum {string} */
            purpose: "sales" | "requested_call_back" | "service" | "internal" | "self_test" | "emergency";
            /** Format: int64 */
            started: number;
            trunk?: string | null;
        };
        /** @description How a call ended. */
        CallEnd: {
            /** Format: int64 */
            at: number;
            /** Format: int32 */
            q850?: number | null;
            /** @enum {string} */
            released_by: "caller" | "callee" | "system";
            /** @enum {string} */
            result: "answered" | "busy" | "no_answer" | "rejected" | "vacant" | "unreachable" | "cancelled" | "congestion" | "no_common_codec" | "blocked" | "trunk_failed" | "media_timeout" | "max_length" | "restarted" | "other_failure";
            /** Format: int64 */
            ring_ms: number;
            /** Format: int32 */
            sip?: number | null;
            /** Format: int64 */
            talk_ms: number;
        };
        /**
         * @description How a certificate stands.
         * @enum {string}
         */
        CertificateState: "good" | "waiting" | "expired" | "revoked";
        CloseAsked: {
            /** @description It is written down. */
            reason: string;
            /** @description Of a copied box alone: the run that goes on. The other machine needs an identity of its own. */
            run?: string | null;
        };
        CommandAsked: {
            /** @description `report`, `verify_journal`. */
            kind: string;
        };
        /** @description A command and its answer. */
        CommandRow: {
            /** Format: int64 */
            answered?: number | null;
            by: string;
            code?: string | null;
            detail?: string | null;
            id: string;
            /** Format: int64 */
            issued: number;
            kind: string;
            /**
             * Format: int64
             * @description Behind this moment it is not run any more.
             */
            not_after: number;
        };
        /** @description One customer of one branch. */
        Customer: {
            /** Format: int32 */
            attempts: number;
            box_id: string;
            customer: string;
            erased?: components["schemas"]["Erased"] | null;
            /** Format: int64 */
            imported: number;
            /** Format: int64 */
            last_contact?: number | null;
            name: components["schemas"]["PersonalText"];
            number: components["schemas"]["PersonalText"];
            party: string;
            /** @enum {string} */
            stage: "lead" | "contacted" | "interested" | "negotiating" | "won" | "lost";
        };
        /** @description One fact that could not be applied. */
        DeadLetterRow: {
            box_id: string;
            /** Format: int32 */
            epoch: number;
            /** @description Where the envelope can be read. */
            kind?: string | null;
            /** Format: int64 */
            received: number;
            /** Format: int64 */
            seq: number;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: int64
             * @description When somebody last tried to apply it again.
             */
            tried?: number | null;
            /**
             * Format: int64
             * @description When it happened, by the branch's clock; where the envelope can be read.
             */
            utc?: number | null;
            /** @description A stable code. */
            why: string;
        };
        /** @description One of them, as far as it may be looked at. */
        DeadLetterView: components["schemas"]["DeadLetterRow"] & {
            /** @description Who did it: `system`, `user`, `phone` … */
            actor?: string | null;
            /** @description The form of the body; none where there is no envelope to hold one. */
            body: string[];
            /** @description The form of the envelope, line by line: keys, types, lengths. */
            envelope: string[];
            /** @description What it is about, where that is an id: `call:…`. */
            subject?: string | null;
        };
        /** @description A directive of a branch and what became of it. */
        DirectiveRow: {
            /** Format: int64 */
            answered?: number | null;
            /** @description None: the service, because of the policy or of the refusals of contact. */
            by?: string | null;
            /** @description What the branch says of it. */
            code?: string | null;
            /** Format: int64 */
            issued: number;
            kind: string;
            /** Format: int64 */
            seq: number;
            state: components["schemas"]["DirectiveState"];
        };
        /** @enum {string} */
        DirectiveState: "waiting" | "received" | "applied" | "refused";
        DncAsked: {
            number: string;
            reason: string;
            /** @description False: headquarters' own refusal is lifted; those of the branches stay. */
            refused: boolean;
        };
        /** @description One refusal of contact as it counts for all branches. The number stands by its blind index. */
        DncEntry: {
            /** @description The branch that said it; none: headquarters. */
            box_id?: string | null;
            /** @description The first digits of the blind index: tells entries apart, and nothing of the number. */
            mark: string;
            reason: string;
            refused: boolean;
            /** Format: int64 */
            utc: number;
            /** Format: int64 */
            version: number;
        };
        /** @description One enrolment. Its code is kept by nobody. */
        Enrolment: {
            box_id: string;
            /** Format: int64 */
            closed?: number | null;
            /** Format: int64 */
            expires: number;
            /** @description Who used it, or tried last. */
            from_ip?: string | null;
            id: string;
            /** Format: int64 */
            made: number;
            made_by: string;
            /** @enum {string} */
            purpose: "join" | "replace";
            /** @enum {string} */
            state: "open" | "used" | "cancelled" | "replaced" | "locked" | "expired";
            /**
             * Format: int32
             * @description Codes that were tried, of so many.
             */
            tries: number;
            /** Format: int32 */
            tries_max: number;
        };
        /** @description What the box is told, shown this once. */
        EnrolmentMade: {
            /** @description Eight signs in two groups. */
            code: string;
            enrolment: components["schemas"]["Enrolment"];
            /** @description SHA-256 of headquarters' authority in groups of four digits. */
            fingerprint: string;
            url: string;
        };
        Enrolments: {
            /** @description The newest first. */
            items: components["schemas"]["Enrolment"][];
            locked_sources: components["schemas"]["LockedSource"][];
        };
        /**
         * @description How far the erasure of a person is.
         * @enum {string}
         */
        Erased: "pending" | "complete";
        /** @description One wrong field: a JSON pointer (RFC 6901) and the key of its text. */
        FieldError: {
            /** @example missing */
            code: string;
            /** @example /reason */
            pointer: string;
        };
        /** @description Counts of one hour. An attempt counts in the hour in which it began, and so does its answer. */
        Hour: {
            /** Format: int64 */
            answered: number;
            /**
             * Format: int64
             * @description Tries to reach an outside number: the n of the answer rate.
             */
            attempts: number;
            /**
             * Format: int64
             * @description Dials that the gate refused.
             */
            blocked: number;
            /**
             * Format: int64
             * @description When the hour begins.
             */
            bucket: number;
            /** Format: int64 */
            inbound: number;
            /** Format: int64 */
            inbound_answered: number;
            /** Format: int64 */
            talk_ms: number;
        };
        /** @description Hours in which something happened, oldest first. */
        Hours: {
            /**
             * Format: int64
             * @description Complete up to here: the oldest as-of of the branches asked for.
             */
            as_of?: number | null;
            items: components["schemas"]["Hour"][];
        };
        /** @description One look at the machine. What it has no sensor for is not there. */
        HwPoint: {
            /** Format: float */
            cpu_percent: number;
            /** Format: int64 */
            disk_total_bytes: number;
            /** Format: int64 */
            disk_used_bytes: number;
            /** Format: int64 */
            memory_total_bytes: number;
            /** Format: int64 */
            memory_used_bytes: number;
            /** Format: int64 */
            network_received_bytes: number;
            /** Format: int64 */
            network_sent_bytes: number;
            /** Format: float */
            temperature_celsius?: number | null;
            throttled?: boolean | null;
        };
        /** @description What the server sends. A missed `seq` means: connect again, a new snapshot comes first. */
        LiveMessage: {
            branches: components["schemas"]["Branch"][];
            overview: components["schemas"]["Overview"];
            /** Format: int64 */
            seq: number;
            /** @enum {string} */
            type: "snapshot";
            /** Format: int64 */
            utc: number;
        } | {
            branches: components["schemas"]["Branch"][];
            overview: components["schemas"]["Overview"];
            /** Format: int64 */
            seq: number;
            /** @enum {string} */
            type: "delta";
            /** Format: int64 */
            utc: number;
        } | {
            /** Format: int64 */
            seq: number;
            /** @enum {string} */
            type: "heartbeat";
            /** Format: int64 */
            utc: number;
        };
        /** @description An address from which too many wrong codes came. */
        LockedSource: {
            address: string;
            /** Format: int64 */
            retry_after_s: number;
        };
        LogLevelAsked: {
            /** @description As the log's filter reads it: `debug`, `gateway=debug,info` … */
            filter: string;
            /**
             * Format: int32
             * @description 1 to 1440: then the branch goes back to its own.
             */
            minutes: number;
        };
        /** @description One sample of a branch and its machine. */
        MetricsPoint: {
            /** Format: int32 */
            answered_today: number;
            /** Format: int32 */
            calls_live: number;
            /** Format: int32 */
            calls_today: number;
            /** Format: int32 */
            phones_registered: number;
            /**
             * Format: int64
             * @description When headquarters got it, to 5 s.
             */
            received: number;
            sample: components["schemas"]["HwPoint"];
            /** Format: int64 */
            uptime_s: number;
            /**
             * Format: int64
             * @description When the branch took it, by its own clock.
             */
            utc: number;
        };
        NewEnrolment: {
            /** @description The name of the box: letters, digits, `-`, `_`, `.`. */
            box_id: string;
            /** @enum {string} */
            purpose: "join" | "replace";
        };
        /** @description Nothing of what it says. */
        OldFact: {
            /** Format: int32 */
            epoch: number;
            /** @description Where the envelope can be read. */
            kind?: string | null;
            /** Format: int64 */
            seq: number;
            /** Format: int64 */
            size_bytes: number;
            /** Format: int64 */
            utc?: number | null;
        };
        /** @description Facts of an old tail, in order, at most 200. */
        OldFacts: {
            items: components["schemas"]["OldFact"][];
            /** @description There are more behind the last one. */
            more: boolean;
        };
        /** @description The figures of today are since midnight in China. */
        Overview: {
            /** Format: int64 */
            answered_today: number;
            /**
             * Format: int64
             * @description Complete up to here: the oldest as-of of all branches; none if one has sent nothing yet.
             */
            as_of?: number | null;
            /** Format: int64 */
            attempts_today: number;
            /** Format: int64 */
            blocked_today: number;
            /** Format: int32 */
            branches: number;
            /** Format: int32 */
            calls_live: number;
            /** Format: int32 */
            connected: number;
            /** Format: int64 */
            dead_letters: number;
            /** Format: int64 */
            inbound_answered_today: number;
            /** Format: int64 */
            inbound_today: number;
            /**
             * Format: int64
             * @description Facts that the branches have and headquarters has not.
             */
            lag_facts: number;
            /** Format: int32 */
            phones_registered: number;
            /** Format: int64 */
            talk_ms_today: number;
            /** Format: int64 */
            today: number;
            /** Format: int64 */
            utc: number;
        };
        /** @description One page of a list. */
        Page_BoxCertificate: {
            items: {
                box_id: string;
                /**
                 * Format: int64
                 * @description When a connection with it was last begun.
                 */
                connected?: number | null;
                /** Format: int64 */
                first_seen: number;
                /** Format: int64 */
                not_after: number;
                /** Format: int64 */
                not_before: number;
                /** @enum {string} */
                origin: "enrolment" | "renewal" | "elsewhere";
                /**
                 * Format: int64
                 * @description When the box asks for the next one.
                 */
                renew_at: number;
                /** Format: int64 */
                revoked?: number | null;
                revoked_by?: string | null;
                serial: string;
                state: components["schemas"]["CertificateState"];
                /** @description What was said at the revocation; `superseded`: it gave way to a newer one. */
                why?: string | null;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Branch: {
            items: {
                /** Format: int64 */
                applied: number;
                /**
                 * Format: int64
                 * @description What is shown of this branch is complete up to here; none: nothing came yet.
                 */
                as_of?: number | null;
                box_id: string;
                /**
                 * Format: int64
                 * @description The branch's clock minus ours.
                 */
                clock_offset_ms: number;
                connected: boolean;
                /** Format: int64 */
                dead_letters: number;
                /** Format: int32 */
                epoch: number;
                /**
                 * Format: int64
                 * @description The end of the branch's journal, and how far it is applied and backed up here.
                 */
                head: number;
                /**
                 * Format: int64
                 * @description Facts that the branch has and headquarters has not.
                 */
                lag_facts: number;
                /**
                 * Format: int64
                 * @description Now minus `as_of`.
                 */
                lag_s: number;
                last_error?: string | null;
                /** Format: int64 */
                last_error_at?: number | null;
                /** Format: int64 */
                last_seen: number;
                /**
                 * Format: int64
                 * @description Since when it is connected, or is not.
                 */
                link_changed: number;
                metrics?: components["schemas"]["MetricsPoint"] | null;
                name: string;
                /** Format: int64 */
                safe: number;
                version: string;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Call: {
            items: {
                /** Format: int64 */
                answered?: number | null;
                box_id: string;
                call: string;
                customer?: string | null;
                /** @enum {string} */
                direction: "outbound" | "inbound" | "internal";
                end?: components["schemas"]["CallEnd"] | null;
                extension?: string | null;
                other_extension?: string | null;
                /** @description The outside number's record; the number itself is sealed. */
                party?: string | null;
                /** @enum {string} */
                purpose: "sales" | "requested_call_back" | "service" | "internal" | "self_test" | "emergency";
                /** Format: int64 */
                started: number;
                trunk?: string | null;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_CommandRow: {
            items: {
                /** Format: int64 */
                answered?: number | null;
                by: string;
                code?: string | null;
                detail?: string | null;
                id: string;
                /** Format: int64 */
                issued: number;
                kind: string;
                /**
                 * Format: int64
                 * @description Behind this moment it is not run any more.
                 */
                not_after: number;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Customer: {
            items: {
                /** Format: int32 */
                attempts: number;
                box_id: string;
                customer: string;
                erased?: components["schemas"]["Erased"] | null;
                /** Format: int64 */
                imported: number;
                /** Format: int64 */
                last_contact?: number | null;
                name: components["schemas"]["PersonalText"];
                number: components["schemas"]["PersonalText"];
                party: string;
                /** @enum {string} */
                stage: "lead" | "contacted" | "interested" | "negotiating" | "won" | "lost";
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_DeadLetterRow: {
            items: {
                box_id: string;
                /** Format: int32 */
                epoch: number;
                /** @description Where the envelope can be read. */
                kind?: string | null;
                /** Format: int64 */
                received: number;
                /** Format: int64 */
                seq: number;
                /** Format: int64 */
                size_bytes: number;
                /**
                 * Format: int64
                 * @description When somebody last tried to apply it again.
                 */
                tried?: number | null;
                /**
                 * Format: int64
                 * @description When it happened, by the branch's clock; where the envelope can be read.
                 */
                utc?: number | null;
                /** @description A stable code. */
                why: string;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_DirectiveRow: {
            items: {
                /** Format: int64 */
                answered?: number | null;
                /** @description None: the service, because of the policy or of the refusals of contact. */
                by?: string | null;
                /** @description What the branch says of it. */
                code?: string | null;
                /** Format: int64 */
                issued: number;
                kind: string;
                /** Format: int64 */
                seq: number;
                state: components["schemas"]["DirectiveState"];
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_DncEntry: {
            items: {
                /** @description The branch that said it; none: headquarters. */
                box_id?: string | null;
                /** @description The first digits of the blind index: tells entries apart, and nothing of the number. */
                mark: string;
                reason: string;
                refused: boolean;
                /** Format: int64 */
                utc: number;
                /** Format: int64 */
                version: number;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_MetricsPoint: {
            items: {
                /** Format: int32 */
                answered_today: number;
                /** Format: int32 */
                calls_live: number;
                /** Format: int32 */
                calls_today: number;
                /** Format: int32 */
                phones_registered: number;
                /**
                 * Format: int64
                 * @description When headquarters got it, to 5 s.
                 */
                received: number;
                sample: components["schemas"]["HwPoint"];
                /** Format: int64 */
                uptime_s: number;
                /**
                 * Format: int64
                 * @description When the branch took it, by its own clock.
                 */
                utc: number;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string | null;
        };
        /** @enum {string} */
        PersonalState: "clear" | "masked" | "sealed" | "hidden" | "erased";
        /** @description A name or a number. `text` is null unless `state` is `clear` or `masked`. */
        PersonalText: {
            state: components["schemas"]["PersonalState"];
            text: string | null;
        };
        /** @description What headquarters may see of the branches' personal values: `never`, `masked`, `clear`. */
        Policy: {
            /** @description None: the configuration file. */
            by?: string | null;
            /** Format: int64 */
            changed: number;
            name: string;
            number: string;
            /** Format: int64 */
            version: number;
        };
        PolicyAsked: {
            /** @description `never`, `masked`, `clear`. */
            name: string;
            number: string;
        };
        /** @description `application/problem+json`. `code` is stable; `title` is for people who read logs. */
        Problem: {
            /**
             * @description The key of the text that the user reads.
             * @example phone_busy
             */
            code: string;
            /** @description What is wrong with which field of the body. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Format: int32
             * @example 409
             */
            status: number;
            /** @example Conflict */
            title: string;
            /** @description Names this request in the logs. */
            trace_id?: string | null;
            /** @example about:blank */
            type: string;
        };
        Restored: {
            name: string;
            /** Format: int64 */
            restored: number;
            /**
             * Format: int64
             * @description When the backup was taken.
             */
            taken: number;
        };
        /** @description Which letters of a branch to try again. */
        RetryAsked: {
            /**
             * Format: int32
             * @description One letter: its epoch and seq. Neither: all of the branch.
             */
            epoch?: number | null;
            /** Format: int64 */
            seq?: number | null;
        };
        /** @description What became of the retry. */
        RetryOutcome: {
            /**
             * Format: int64
             * @description They stand in the journal and its tables now.
             */
            applied: number;
            /**
             * Format: int64
             * @description They still cannot be applied.
             */
            left: number;
            /**
             * Format: int64
             * @description Too many for one time: not tried yet.
             */
            waiting: number;
        };
        Revocation: {
            /** @description Is written down, and shown to administrators. */
            reason: string;
            /** @description One certificate; all of the box where none is named. */
            serial?: string | null;
        };
        RevocationDone: {
            /** @description Certificates that are good no longer. */
            revoked: number;
        };
        /** @description Who is signed in. */
        SignedInAs: {
            /** @enum {string} */
            role: "agent" | "supervisor" | "admin" | "hq_analyst" | "hq_admin";
            /** Format: int64 */
            since: number;
            user: string;
        };
        SignIn: {
            /** Format: password */
            password: string;
            user: string;
        };
        SnapshotRow: {
            box_id: string;
            /** Format: int64 */
            bytes: number;
            /**
             * Format: int64
             * @description From then on it is gone, unless a newer one comes.
             */
            expires: number;
            /**
             * Format: int64
             * @description The last fact in it.
             */
            head: number;
            /** Format: int64 */
            made: number;
        };
        /** @description Of every box that has left one, by id. */
        Snapshots: {
            items: components["schemas"]["SnapshotRow"][];
        };
        /** @description All branches, the worst first. */
        SyncHealth: {
            backup?: components["schemas"]["Backup"] | null;
            items: components["schemas"]["BranchSync"][];
            restored?: components["schemas"]["Restored"] | null;
            /** Format: int64 */
            utc: number;
        };
        /** @enum {string} */
        SyncPhase: "offline" | "catching_up" | "in_sync" | "halted";
        /**
         * @description In the order of their weight.
         * @enum {string}
         */
        SyncTrouble: "cloned" | "diverged" | "restored" | "gap" | "breaks" | "raw" | "dead_letters" | "directives_refused" | "offline" | "clock" | "behind" | "directives_waiting" | "error";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    revoke_box: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Revocation"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevocationDone"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Branch"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    close_break: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloseAsked"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    old_facts: {
        parameters: {
            query?: {
                /** @description Behind this seq; none: from the first. */
                after?: number;
            };
            header?: never;
            path: {
                box_id: string;
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OldFacts"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commands: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CommandRow"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandAsked"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandRow"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
                epoch: number;
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterView"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_dead_letters: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetryAsked"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetryOutcome"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    directives: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DirectiveRow"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_log_level: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogLevelAsked"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_metrics: {
        parameters: {
            query?: {
                /** @description How far back; 1 to 168, 24 where it is not given. */
                hours?: number;
            };
            header?: never;
            path: {
                box_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_MetricsPoint"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    breaks: {
        parameters: {
            query?: {
                /** @description Only this branch. */
                box?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Breaks"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls: {
        parameters: {
            query?: {
                /** @description Only this branch. */
                box?: string;
                /** @description `next` of the page before; none: the first page. */
                cursor?: string;
                /** @description Started at or after, ms UTC. */
                from?: number;
                /** @description 1 to 200; 50 where it is not given. */
                limit?: number;
                result?: "answered" | "busy" | "no_answer" | "rejected" | "vacant" | "unreachable" | "cancelled" | "congestion" | "no_common_codec" | "blocked" | "trunk_failed" | "media_timeout" | "max_length" | "restarted" | "other_failure";
                /** @description Started before, ms UTC. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Call"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    certificates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_BoxCertificate"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers: {
        parameters: {
            query?: {
                /** @description Only this branch. */
                box?: string;
                /** @description `next` of the page before; none: the first page. */
                cursor?: string;
                /** @description 1 to 200; 50 where it is not given. */
                limit?: number;
                stage?: "lead" | "contacted" | "interested" | "negotiating" | "won" | "lost";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Customer"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dead_letters: {
        parameters: {
            query?: {
                /** @description Only this branch. */
                box?: string;
                /** @description `next` of the page before; none: the first page. */
                cursor?: string;
                /** @description 1 to 200; 50 where it is not given. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DeadLetterRow"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enrolments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrolments"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_enrolment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEnrolment"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentMade"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_enrolment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    field_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_field_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyAsked"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description LiveMessage as text frames */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refusals_of_contact: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DncEntry"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refuse_contact: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DncAsked"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rollup_hours: {
        parameters: {
            query: {
                /** @description Only this branch; all where it is not given. */
                box?: string;
                /** @description First hour, ms UTC. */
                from: number;
                /** @description Before this hour, ms UTC; at most 31 days after `from`. */
                to: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hours"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInAs"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInAs"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    snapshots: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshots"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sync_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncHealth"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

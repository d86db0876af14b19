// Made from the OpenAPI document beside it by `npm run generate:types`. Not written by hand.
export interface paths {
    "/api/v1/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alarms of the last day, and trunks that are still away */
        get: operations["branch_alarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit, newest first */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sources that are shut out
         * @description Five refusals within a minute shut an address out for ten minutes, each further time for twice as long, a day at most.
         */
        get: operations["branch_bans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bans/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let a source in again */
        delete: operations["branch_unban"];
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
        /** Calls, newest first */
        get: operations["calls_list"];
        put?: never;
        /** Call a customer: the phone rings, then the customer's */
        post: operations["calls_dial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call */
        get: operations["calls_one"];
        put?: never;
        post?: never;
        /**
         * End a running call
         * @description The own call, or with the right to it another person's.
         */
        delete: operations["calls_hang_up"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/conference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make one call of three out of two of one phone
         * @description The call with somebody outside stays, with its record and its recording; when one of the three goes, two talk on.
         */
        post: operations["calls_confer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on at another device
         * @description The call moves to the other places where the same phone is registered; the one that answers has it.
         */
        post: operations["calls_move_on"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/sip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The SIP messages of one call */
        get: operations["calls_ladder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transfer a call
         * @description To a number (blind), or to whoever is in another call of the same phone (attended).
         */
        post: operations["calls_transfer"];
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
        /** Customers */
        get: operations["customers_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One customer with the latest calls */
        get: operations["customers_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/allow-contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A refusal of contact no longer stands */
        post: operations["customers_allow_contact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget a customer for good: name, number, keys, recordings */
        post: operations["customers_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/number-view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** See a customer's number in clear; who, why and when is recorded first */
        post: operations["customers_view_number"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/refuse-contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The customer does not want to be called: no sales call goes out from now on */
        post: operations["customers_refuse_contact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/stage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a customer to another stage */
        post: operations["customers_move_stage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Desk phones that configure themselves */
        get: operations["branch_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{mac}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a device a phone's number
         * @description It may then fetch its configuration once without a token; said again, once more.
         */
        put: operations["branch_assign"];
        post?: never;
        /**
         * Take a device's number away
         * @description A phone that was made together with it goes too.
         */
        delete: operations["branch_release"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{mac}/resync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask a phone to look for a new configuration */
        post: operations["branch_resync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/headquarters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How this box stands with headquarters */
        get: operations["branch_headquarters"];
        put?: never;
        /** Gets an identity with what headquarters shows; the running link takes it up */
        post: operations["branch_enroll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hunt-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hunt groups */
        get: operations["branch_groups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hunt-groups/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Make or change a hunt group */
        put: operations["branch_set_group"];
        post?: never;
        /** Remove a hunt group */
        delete: operations["branch_remove_group"];
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
        /**
         * Live board
         * @description A WebSocket: first a `snapshot`, then `delta`s; send the text `snapshot` to get a new one after a gap.
         */
        get: operations["live_live"];
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
        /** Overview */
        get: operations["branch_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Phones */
        get: operations["branch_phones"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones/{extension}/handling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What becomes of calls to a phone */
        get: operations["branch_handling"];
        /**
         * Say what becomes of calls to a phone
         * @description The own phone; another one's, or a group's, with the right to it.
         */
        put: operations["branch_set_handling"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones/{extension}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When a phone came and went
         * @description One that does so again and again has a bad cable, a bad switch or a network that forgets it.
         */
        get: operations["branch_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones/{extension}/pick-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pick up a call that rings at another phone */
        post: operations["calls_pick_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recordings, newest first */
        get: operations["recordings_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One recording */
        get: operations["recordings_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sound of a recording
         * @description WAV, two channels (0: who called, 1: who was called), 8000 Hz; `Range` is answered with 206.
         */
        get: operations["recordings_audio"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/self-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the last test of phones and trunks found */
        get: operations["branch_report"];
        put?: never;
        /** Try all phones and trunks now: each phone answers by itself and calls a number of ours over a trunk */
        post: operations["branch_begin"];
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
        /** Who am I */
        get: operations["session_me"];
        put?: never;
        /** Log in */
        post: operations["session_sign_in"];
        /** Log out */
        delete: operations["session_sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The machine and its way to HQ */
        get: operations["branch_system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Trunks */
        get: operations["branch_trunks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{name}/test-call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call a number over this trunk and no other one
         * @description The same filters as for every call; the record says what the carrier answered.
         */
        post: operations["branch_test_call"];
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
        Alarm: {
            /**
             * Format: int64
             * @description How often since the first time.
             */
            count: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            first: number;
            /** @enum {string} */
            kind: "destination_closed" | "off_hours" | "calls_ceiling" | "rate_ceiling" | "minutes_ceiling" | "cost_ceiling" | "source_banned" | "trunk_unreachable" | "trunk_unregistered" | "load_high" | "self_test_failed";
            /**
             * Format: int64
             * @description ms UTC
             */
            last: number;
            /** @description `phone:1000`, `trunk:carrier`; empty: of the whole branch. */
            subject: string;
        };
        Alarms: {
            items: components["schemas"]["Alarm"][];
        };
        /** @description One fact of the journal. */
        AuditEntry: {
            actor: string;
            clock_trusted: boolean;
            from_ip?: string;
            kind: string;
            /** @description Its place in the journal, as text: it can exceed what a page's numbers hold. */
            seq: string;
            subject?: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            utc: number;
        };
        /** @description A source that is shut out. */
        Ban: {
            /**
             * Format: int32
             * @description Only this port of it: there are phones of the branch behind the address.
             */
            port?: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            since: number;
            /** @description The address. */
            source: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            until: number;
            /** @enum {string} */
            why: "unknown_source" | "wrong_credentials";
        };
        Bans: {
            items: components["schemas"]["Ban"][];
        };
        Board: {
            calls: components["schemas"]["LiveCall"][];
            link: components["schemas"]["LinkHealth"];
            machine?: components["schemas"]["Machine"];
            phones: components["schemas"]["Phone"][];
            /** @enum {string} */
            profile: "lab" | "demo" | "production";
            trunks: components["schemas"]["Trunk"][];
        };
        /** @description What one thing is now. The whole thing, never a part of it. */
        BoardChange: {
            phone: components["schemas"]["Phone"];
            /** @enum {string} */
            what: "phone";
        } | {
            trunk: components["schemas"]["Trunk"];
            /** @enum {string} */
            what: "trunk";
        } | {
            call: components["schemas"]["LiveCall"];
            /** @enum {string} */
            what: "call";
        } | {
            id: string;
            /** @enum {string} */
            what: "call_gone";
        } | {
            link: components["schemas"]["LinkHealth"];
            /** @enum {string} */
            what: "link";
        } | {
            machine: components["schemas"]["Machine"];
            /** @enum {string} */
            what: "machine";
        };
        /** @description One call. While it runs it has no end. */
        Call: {
            /**
             * Format: int64
             * @description ms UTC
             */
            answered?: number;
            customer?: string;
            /** @description As the viewer may see it. */
            customer_name?: string;
            /** @enum {string} */
            direction: "outbound" | "inbound" | "internal";
            end?: components["schemas"]["CallEnd"];
            extension?: string;
            id: string;
            /** @description As the viewer may see it. */
            number?: string;
            /** @description Nothing was heard from one side for a while. */
            one_way: boolean;
            other_extension?: string;
            /** @enum {string} */
            purpose: "sales" | "requested_call_back" | "service" | "internal" | "self_test" | "emergency";
            recording?: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            started: number;
            trunk?: string;
        };
        CallEnd: {
            /**
             * Format: int64
             * @description ms UTC
             */
            at: number;
            /** Format: int32 */
            q850?: number;
            /** @enum {string} */
            released_by: "caller" | "callee" | "system";
            /** @enum {string} */
            result: "answered" | "busy" | "no_answer" | "rejected" | "vacant" | "unreachable" | "cancelled" | "congestion" | "no_common_codec" | "blocked" | "trunk_failed" | "media_timeout" | "max_length" | "restarted" | "other_failure";
            /** Format: int64 */
            ring_ms: number;
            /**
             * Format: int32
             * @description The network's own words: SIP status and Q.850 cause.
             */
            sip?: number;
            /** Format: int64 */
            talk_ms: number;
        };
        /** @description What becomes of calls to a phone or a group. */
        CallHandling: {
            /** @description In a call, it rings for another one. */
            call_waiting: boolean;
            /** @description Calls are answered as busy. */
            do_not_disturb: boolean;
            /** @description Digits as they would be dialled; all calls go there. */
            forward_always?: string;
            /** @description Where it is busy, or not to be disturbed. */
            forward_busy?: string;
            /** @description Where nobody answers in time, or it is not registered. */
            forward_no_answer?: string;
            /**
             * Format: int32
             * @description How long it rings before that: 5 to 120.
             */
            no_answer_s: number;
        };
        /** @description The number in clear, this once. */
        ClearNumber: {
            number: string;
        };
        /** @description Who is to come in. */
        Conference: {
            /** @description Another call of the same phone: whoever is in it comes into this one. */
            call: string;
            /** @description Whose calls they are; the user's own phone where it is not given. Agents have no choice. */
            extension?: string;
        };
        ContactReason: {
            /** @description What the person said, or why it no longer stands; it is recorded. */
            reason: string;
        };
        /** @description A customer; name and number as the viewer may see them. */
        Customer: {
            /**
             * Format: int32
             * @description Attempts to reach this customer.
             */
            attempts: number;
            do_not_call: boolean;
            /** @description The person was erased: name and number are empty. */
            erased?: components["schemas"]["Erased"];
            id: string;
            /**
             * Format: int64
             * @description When it was imported; ms UTC.
             */
            imported: number;
            /**
             * Format: int64
             * @description The end of the last answered call; ms UTC.
             */
            last_contact?: number;
            name: string;
            number: string;
            /** @enum {string} */
            stage: "lead" | "contacted" | "interested" | "negotiating" | "won" | "lost";
        };
        /** @description A customer and the latest calls. */
        CustomerDetail: {
            /** @description At most 20, newest first; the others: `GET /api/v1/calls?customer=`. */
            calls: components["schemas"]["Call"][];
            customer: components["schemas"]["Customer"];
            /** @description How far the erasure has come, if the person was erased. */
            erasure?: components["schemas"]["Erasure"];
        };
        Device: {
            extension: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            given?: number;
            given_to?: string;
            /** @description Twelve hexadecimal digits. */
            mac: string;
            model: string;
            /**
             * Format: int64
             * @description ms UTC; until then it may fetch its first configuration.
             */
            open_until: number;
            phase: components["schemas"]["DevicePhase"];
            /** @enum {string} */
            vendor: "yealink" | "grandstream" | "fanvil" | "snom" | "cisco_spa";
        };
        /** @description Whose number a device gets. */
        DeviceAssignment: {
            /** @description A phone of the branch; a new number makes a new one, with a password of 24 characters. */
            extension: string;
            /** @description What people call the place; of a new phone. */
            label?: string;
            /**
             * Format: int32
             * @description How long it may fetch its first configuration; an hour where it is not said.
             */
            open_minutes?: number;
            /** @enum {string} */
            vendor?: "yealink" | "grandstream" | "fanvil" | "snom" | "cisco_spa";
        };
        /**
         * @description How far a device has come.
         * @enum {string}
         */
        DevicePhase: "waiting" | "never_came" | "provisioning" | "registered" | "fault";
        Devices: {
            /** @description For the server that gives out the phones' addresses, as dnsmasq reads it. */
            dnsmasq?: string;
            items: components["schemas"]["Device"][];
            quarantine: components["schemas"]["SeenDevice"][];
            requests: components["schemas"]["ProvisioningRequest"][];
        };
        Dial: {
            /** @description Whom to call. */
            customer: string;
            /** @description Which phone rings first; the user's own where it is not given. Agents have no choice. */
            extension?: string;
        };
        Dialled: {
            call: string;
        };
        /** @description How much room is left, and what was given up for it. */
        DiskRoom: {
            /**
             * Format: int64
             * @description Held by the file that is removed first.
             */
            ballast_bytes: number;
            /** Format: int64 */
            free_bytes: number;
            /**
             * Format: int64
             * @description Left to journal, customers and keys by recordings.
             */
            quota_bytes: number;
            /** @enum {string} */
            stage: "ample" | "ballast_freed" | "lean" | "no_recordings" | "no_calls";
        };
        Erase: {
            /** @description The number is never to be called again: that outlives the erasure. */
            never_call?: boolean;
            /** @description Why; it is recorded and stays. No name, no number. */
            reason: string;
        };
        /**
         * @description How far the erasure of a person is.
         * @enum {string}
         */
        Erased: "pending" | "complete";
        /** @description The receipt of an erasure. */
        Erasure: {
            /**
             * Format: int64
             * @description ms UTC
             */
            asked: number;
            /**
             * Format: int64
             * @description Every copy has confirmed; ms UTC.
             */
            complete?: number;
            copies: components["schemas"]["ErasureCopy"][];
            /**
             * Format: int64
             * @description The day on which nothing is left anywhere, backups included; ms UTC.
             */
            due: number;
        };
        /** @description One copy's word. */
        ErasureCopy: {
            /** @enum {string} */
            copy: "branch_vault" | "branch_backups" | "hq_tables" | "hq_keys" | "hq_backups";
            /**
             * Format: int64
             * @description Since when nothing is left in it; ms UTC. Missing: not confirmed yet.
             */
            gone?: number;
        };
        /** @description One wrong field: a JSON pointer (RFC 6901) and the key of its text. */
        FieldError: {
            /** @example missing */
            code: string;
            /** @example /reason */
            pointer: string;
        };
        Headquarters: {
            box_id: string;
            broker?: string;
            certificate?: components["schemas"]["OwnCertificate"];
            /** @description Is there an identity, good or not? */
            enrolled: boolean;
            /** @description Of headquarters' authority: SHA-256 in groups. */
            fingerprint?: string;
            /** Format: int64 */
            snapshot_bytes?: number;
            /**
             * Format: int64
             * @description The last snapshot that this box has left there: when it was made, and its bytes.
             */
            snapshot_made?: number;
            /** @description The code of what keeps a newer one from being left. */
            snapshot_trouble?: string;
            tenant?: string;
            /** @description The code of what keeps the certificate from being renewed. */
            trouble?: string;
            /** Format: int64 */
            trouble_at?: number;
            url?: string;
        };
        /** @description One number that rings several phones. */
        HuntGroup: {
            label: string;
            members: string[];
            number: string;
            /**
             * Format: int32
             * @description How long each rings where they ring one after the other.
             */
            ring_s: number;
            /** @enum {string} */
            strategy: "ring_all" | "in_turn" | "longest_idle";
        };
        HuntGroups: {
            items: components["schemas"]["HuntGroup"][];
        };
        HuntGroupWish: {
            /** @description 1 to 64 characters */
            label: string;
            /** @description 1 to 64 phones of the branch, in the order in which they ring. */
            members: string[];
            /**
             * Format: int32
             * @description 5 to 120
             */
            ring_s: number;
            /** @enum {string} */
            strategy: "ring_all" | "in_turn" | "longest_idle";
        };
        Invited: {
            code: string;
            fingerprint: string;
            /** @description `https://host:port` */
            url: string;
        };
        /** @description Where the journal stands, here and at HQ. */
        Journal: {
            /** Format: int64 */
            applied: number;
            /**
             * Format: int64
             * @description Facts that HQ does not have yet.
             */
            behind: number;
            /** Format: int32 */
            epoch: number;
            /** Format: int64 */
            head: number;
            /**
             * Format: int64
             * @description Age of the oldest of them in ms; missing where HQ has all.
             */
            oldest_unsent_ms?: number;
            /** Format: int64 */
            safe: number;
            /** @description The code of what keeps the journal from being written. */
            trouble?: string;
            /** @description Facts that wait to be written here. */
            waiting: number;
        };
        /** @description How the way to HQ is. Told by the link's task. */
        LinkHealth: {
            /**
             * Format: int64
             * @description The last fact that HQ has.
             */
            applied: number;
            /**
             * Format: int64
             * @description Our clock minus HQ's.
             */
            clock_offset_ms?: number;
            connected: boolean;
            /** @description The stable code of why the last one was refused. */
            directive_refused_last?: string;
            /**
             * Format: int64
             * @description The last directive of HQ in the inbox.
             */
            directives?: number;
            /**
             * Format: int64
             * @description Directives refused in this run.
             */
            directives_refused?: number;
            /**
             * Format: int64
             * @description Seconds until HQ has all, at the pace of just now.
             */
            drain_s?: number;
            /**
             * Format: int64
             * @description The last fact written here.
             */
            head: number;
            /** @description The stable code of the last trouble. */
            last_error?: string;
            /** Format: int64 */
            last_error_at?: number;
            /** @description The last time that the two journals did not simply go on: the stable code. */
            notice?: string;
            /** Format: int64 */
            notice_at?: number;
            /** @description The stable code of what the link does just now. */
            phase?: string;
            /**
             * Format: int64
             * @description The last fact that HQ has in a backup.
             */
            safe: number;
            /**
             * Format: int64
             * @description Since when it is as it is; ms UTC.
             */
            since?: number;
            /** @description One of both sides has to be upgraded before HQ can read what comes. */
            upgrade_wanted?: boolean;
        };
        LiveCall: {
            customer?: string;
            /** @enum {string} */
            direction: "outbound" | "inbound" | "internal";
            extension?: string;
            id: string;
            /** @description As the viewer may see it. */
            number?: string;
            other_extension?: string;
            phase: components["schemas"]["Phase"];
            /**
             * Format: int64
             * @description ms UTC
             */
            phase_since: number;
            recorded: boolean;
            /**
             * Format: int64
             * @description ms UTC
             */
            since: number;
            /** @description There is a third one in it. */
            three: boolean;
            trunk?: string;
        };
        /** @description One message of the live socket. After a snapshot the deltas carry `seq` + 1, + 2 …; a gap means: take a new snapshot. */
        LiveMessage: {
            board: components["schemas"]["Board"];
            /** Format: int64 */
            seq: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            server_time: number;
            /** @enum {string} */
            type: "snapshot";
        } | {
            changes: components["schemas"]["BoardChange"][];
            /** Format: int64 */
            seq: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            server_time: number;
            /** @enum {string} */
            type: "delta";
        } | {
            /** Format: int64 */
            seq: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            server_time: number;
            /** @enum {string} */
            type: "heartbeat";
        };
        /** @description One look at the machine. */
        Machine: {
            /**
             * Format: int64
             * @description When it was taken; ms UTC.
             */
            at: number;
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
            temperature_celsius?: number;
            throttled?: boolean;
        };
        /**
         * @description An action that the user's role allows.
         * @enum {string}
         */
        May: "configure" | "import_customers" | "move_stage" | "view_number" | "refuse_contact" | "lift_refusal" | "manage_users" | "dial" | "manage_phones" | "hang_up" | "let_in" | "play_recording" | "export_recording" | "search_audit" | "erase_customer";
        /** @description The signed-in user. */
        Me: {
            box_id: string;
            /** @description The phone on this user's desk. */
            extension?: string;
            /** @description What the pages may offer. */
            may: components["schemas"]["May"][];
            /** @enum {string} */
            profile: "lab" | "demo" | "production";
            /** @enum {string} */
            role: "agent" | "supervisor" | "admin" | "hq_analyst" | "hq_admin";
            /**
             * Format: int64
             * @description ms UTC
             */
            server_time: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            since: number;
            user: string;
            version: string;
        };
        MoveStage: {
            /** @enum {string} */
            stage: "lead" | "contacted" | "interested" | "negotiating" | "won" | "lost";
        };
        /** @description Figures of the branch. Those of "today" count from `since`. */
        Overview: {
            /** Format: int64 */
            answered: number;
            /**
             * Format: int64
             * @description Calls that began since `since`; of them the answered and the recorded ones.
             */
            calls: number;
            calls_live: number;
            /**
             * Format: int64
             * @description All that there are.
             */
            customers: number;
            link: components["schemas"]["LinkHealth"];
            phones: number;
            phones_registered: number;
            /** @enum {string} */
            profile: "lab" | "demo" | "production";
            /** Format: int64 */
            recordings: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            server_time: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            since: number;
            trunks: number;
            trunks_reachable: number;
        };
        /** @description What this box shows headquarters. */
        OwnCertificate: {
            /** @description The next one is here and waits for its first connection. */
            next: boolean;
            /** Format: int64 */
            not_after: number;
            /** Format: int64 */
            not_before: number;
            /**
             * Format: int64
             * @description From then on the next one is asked for.
             */
            renew_at: number;
            serial: string;
        };
        /** @description One page of a list. */
        Page_AuditEntry: {
            items: {
                actor: string;
                clock_trusted: boolean;
                from_ip?: string;
                kind: string;
                /** @description Its place in the journal, as text: it can exceed what a page's numbers hold. */
                seq: string;
                subject?: string;
                /**
                 * Format: int64
                 * @description ms UTC
                 */
                utc: number;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string;
        };
        /** @description One page of a list. */
        Page_Call: {
            items: {
                /**
                 * Format: int64
                 * @description ms UTC
                 */
                answered?: number;
                customer?: string;
                /** @description As the viewer may see it. */
                customer_name?: string;
                /** @enum {string} */
                direction: "outbound" | "inbound" | "internal";
                end?: components["schemas"]["CallEnd"];
                extension?: string;
                id: string;
                /** @description As the viewer may see it. */
                number?: string;
                /** @description Nothing was heard from one side for a while. */
                one_way: boolean;
                other_extension?: string;
                /** @enum {string} */
                purpose: "sales" | "requested_call_back" | "service" | "internal" | "self_test" | "emergency";
                recording?: string;
                /**
                 * Format: int64
                 * @description ms UTC
                 */
                started: number;
                trunk?: string;
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string;
        };
        /** @description One page of a list. */
        Page_Customer: {
            items: {
                /**
                 * Format: int32
                 * @description Attempts to reach this customer.
                 */
                attempts: number;
                do_not_call: boolean;
                /** @description The person was erased: name and number are empty. */
                erased?: components["schemas"]["Erased"];
                id: string;
                /**
                 * Format: int64
                 * @description When it was imported; ms UTC.
                 */
                imported: number;
                /**
                 * Format: int64
                 * @description The end of the last answered call; ms UTC.
                 */
                last_contact?: number;
                name: string;
                number: string;
                /** @enum {string} */
                stage: "lead" | "contacted" | "interested" | "negotiating" | "won" | "lost";
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string;
        };
        /** @description One page of a list. */
        Page_Recording: {
            items: {
                /**
                 * Format: int64
                 * @description On disk, encrypted.
                 */
                bytes: number;
                call: string;
                customer?: string;
                /** @description As the viewer may see it. */
                customer_name?: string;
                /** @enum {string} */
                direction?: "outbound" | "inbound" | "internal";
                /** Format: int64 */
                duration_ms: number;
                extension?: string;
                id: string;
                /**
                 * Format: int64
                 * @description Audio that came and could not be kept; its time stays in its place.
                 */
                lost_ms: number;
                /** @description As the viewer may see it. */
                number?: string;
                /**
                 * Format: int64
                 * @description ms UTC
                 */
                started: number;
                state: components["schemas"]["RecordingState"];
            }[];
            /** @description Give it back as `cursor` for the next page; none: this was the last. */
            next?: string;
        };
        /**
         * @description Where a call stands.
         * @enum {string}
         */
        Phase: "dialling" | "ringing" | "talking" | "held";
        Phone: {
            extension: string;
            in_call: boolean;
            label: string;
            registered: boolean;
            /**
             * Format: int64
             * @description Registered there since; ms UTC.
             */
            since?: number;
            /** @description Where it is reached. */
            source?: string;
            user_agent?: string;
        };
        PhoneChange: {
            /**
             * Format: int64
             * @description ms UTC
             */
            at: number;
            /** @description It could be reached from then on, at one place more; else at one less. */
            came: boolean;
        };
        /** @description Whose phone is meant. */
        PhoneChoice: {
            /** @description The user's own phone where it is not given. Agents have no choice. */
            extension?: string;
        };
        /** @description When a phone came and went. */
        PhoneHistory: {
            /** @description The last one first. */
            items: components["schemas"]["PhoneChange"][];
        };
        /** @description All phones of the branch; as many as its file names. */
        Phones: {
            items: components["schemas"]["Phone"][];
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
            trace_id?: string;
            /** @example about:blank */
            type: string;
        };
        /** @description What a phone asked for and what became of it. */
        ProvisioningRequest: {
            /** @description The name of the file, or PnP. */
            asked: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            at: number;
            from: string;
            mac?: string;
            /** @enum {string} */
            verdict: "given" | "given_again" | "common" | "not_here" | "quarantined" | "unknown" | "address_differs" | "foreign" | "window_over" | "token_wrong" | "token_used" | "told" | "settled" | "not_ready" | "too_many";
        };
        /** @description A recording; its sound is at `/api/v1/recordings/{id}/audio`. */
        Recording: {
            /**
             * Format: int64
             * @description On disk, encrypted.
             */
            bytes: number;
            call: string;
            customer?: string;
            /** @description As the viewer may see it. */
            customer_name?: string;
            /** @enum {string} */
            direction?: "outbound" | "inbound" | "internal";
            /** Format: int64 */
            duration_ms: number;
            extension?: string;
            id: string;
            /**
             * Format: int64
             * @description Audio that came and could not be kept; its time stays in its place.
             */
            lost_ms: number;
            /** @description As the viewer may see it. */
            number?: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            started: number;
            state: components["schemas"]["RecordingState"];
        };
        /**
         * @description What became of a recording.
         * @enum {string}
         */
        RecordingState: "running" | "complete" | "cut" | "failed" | "erased";
        /** @description A device that showed itself and has no number yet. */
        SeenDevice: {
            /**
             * Format: int64
             * @description ms UTC
             */
            first: number;
            from: string;
            /**
             * Format: int64
             * @description ms UTC
             */
            last: number;
            mac: string;
            model: string;
            /** @enum {string} */
            vendor?: "yealink" | "grandstream" | "fanvil" | "snom" | "cisco_spa";
        };
        SelfTest: {
            /**
             * Format: int64
             * @description ms UTC; absent: none has run since the start.
             */
            begun?: number;
            /**
             * Format: int64
             * @description ms UTC; absent: it goes on.
             */
            ended?: number;
            items: components["schemas"]["SelfTestItem"][];
        };
        SelfTestItem: {
            call?: string;
            /** @description Why it was refused, or what the carrier said. */
            code?: string;
            extension: string;
            trunk?: string;
            /** @enum {string} */
            verdict: "good" | "no_number" | "phone_away" | "phone_busy" | "phone_silent" | "trunk_failed" | "refused";
            /** @description Nothing that somebody has to see to. */
            well: boolean;
        };
        SignIn: {
            password: string;
            /** @example admin */
            user: string;
        };
        SipLadder: {
            /** @description In the order in which they came to the call; none where nothing is kept of it any more (24 h, in memory). */
            legs: components["schemas"]["SipLeg"][];
        };
        SipLeg: {
            /**
             * Format: int32
             * @description Messages beyond those that are kept of one leg.
             */
            left_out: number;
            messages: components["schemas"]["SipMessage"][];
        };
        SipMessage: {
            /**
             * Format: int64
             * @description ms UTC
             */
            at: number;
            /**
             * Format: int32
             * @description Of an answer.
             */
            code?: number;
            /** Format: int32 */
            cseq: number;
            /** @description It came in; else it went out. */
            incoming: boolean;
            /** @description Of the request, or of the one that is answered. */
            method: string;
            /** @description The far end: address and port. */
            peer: string;
            /** Format: int32 */
            q850?: number;
            /** @description It carries a session description. */
            sdp: boolean;
            transport: string;
        };
        System: {
            boot: string;
            box_id: string;
            /** @description Was the clock set by a source that is believed? */
            clock_trusted: boolean;
            disk: components["schemas"]["DiskRoom"];
            journal: components["schemas"]["Journal"];
            link: components["schemas"]["LinkHealth"];
            /** @description The last sample; missing until there is one. */
            machine?: components["schemas"]["Machine"];
            /** @enum {string} */
            profile: "lab" | "demo" | "production";
            /**
             * Format: int64
             * @description ms UTC
             */
            server_time: number;
            /**
             * Format: int64
             * @description ms UTC
             */
            started: number;
            /** Format: int64 */
            uptime_s: number;
            version: string;
        };
        /** @description Whom the call goes to: one of both. */
        Transfer: {
            /** @description Another call of the same phone: both become one, without the phone. */
            call?: string;
            /** @description Whose side of the call is given up; the user's own phone where it is not given. Agents have no choice. */
            extension?: string;
            /** @description Digits as they would be dialled: they ring, and have the call when they answer. */
            to?: string;
        };
        Trunk: {
            /** @description Final SIP codes of the calls that ended within the last hour: code → count. */
            codes: {
                [key: string]: number;
            };
            /** Format: int32 */
            concurrent_max: number;
            /** Format: int32 */
            cps_max: number;
            /**
             * Format: int32
             * @description Calls at this moment, both directions.
             */
            in_use: number;
            /** Format: int32 */
            last_code?: number;
            name: string;
            /** @description Its answer to OPTIONS; missing while it was not asked. */
            reachable?: boolean;
            /** @description Our registration there; missing where it wants none. */
            registered?: boolean;
        };
        Trunks: {
            items: components["schemas"]["Trunk"][];
        };
        TrunkTest: {
            /** @description Which phone rings first; the user's own where it is not given. */
            extension?: string;
            /** @description As it is sent to the carrier. No emergency number. */
            number: string;
        };
        ViewNumber: {
            /** @description Why the number must be seen; it is recorded. */
            reason: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    branch_alarms: {
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
                    "application/json": components["schemas"]["Alarms"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description What this person did: `user:admin`, `console` */
                actor?: string;
                /** @description `next` of the page before; none: the first page. */
                cursor?: string;
                /** @description At this time or later; ms UTC. */
                from?: number;
                /** @description The fact's kind: `number_viewed`, `call_started` … */
                kind?: string;
                /** @description 1 to 200; 50 where it is not given. */
                limit?: number;
                /** @description What it is about: `call:…`, `customer:…`, `user:…`, `phone:…` */
                subject?: string;
                /** @description Before this time; ms UTC. */
                until?: number;
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
                    "application/json": components["schemas"]["Page_AuditEntry"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_bans: {
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
                    "application/json": components["schemas"]["Bans"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_unban: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the address */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description its next request is heard */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_list: {
        parameters: {
            query?: {
                /** @description `next` of the page before; none: the first page. */
                cursor?: string;
                /** @description Only calls with this customer. */
                customer?: string;
                /** @description Only calls of this phone. */
                extension?: string;
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
                    "application/json": components["schemas"]["Page_Call"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_dial: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 characters; the same key gets the same answer for 24 h */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dial"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dialled"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_one: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_hang_up: {
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
            /** @description it ends */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_confer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Conference"];
            };
        };
        responses: {
            /** @description it has begun; what becomes of it is told on the live socket */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_move_on: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneChoice"];
            };
        };
        responses: {
            /** @description the other devices ring */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_ladder: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SipLadder"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_transfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transfer"];
            };
        };
        responses: {
            /** @description it has begun; what becomes of it is told on the live socket */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_list: {
        parameters: {
            query?: {
                /** @description `next` of the page before; none: the first page. */
                cursor?: string;
                /** @description 1 to 200; 50 where it is not given. */
                limit?: number;
                /** @description A part of the name, the last digits of the number, or the whole number for who may read numbers. */
                q?: string;
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
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_one: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetail"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_allow_contact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContactReason"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_erase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Erase"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_view_number: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewNumber"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClearNumber"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_refuse_contact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContactReason"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    customers_move_stage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveStage"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_devices: {
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
                    "application/json": components["schemas"]["Devices"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_assign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description its address on the wire */
                mac: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceAssignment"];
            };
        };
        responses: {
            /** @description it is waited for */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mac: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description it has no number any longer */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_resync: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mac: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description it was asked, wherever it is registered */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_headquarters: {
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
                    "application/json": components["schemas"]["Headquarters"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_enroll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Invited"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Headquarters"];
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
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_groups: {
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
                    "application/json": components["schemas"]["HuntGroups"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_set_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HuntGroupWish"];
            };
        };
        responses: {
            /** @description it stands for the next call */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_remove_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description its number rings nobody any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description switched to WebSocket; each text message is a LiveMessage */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveMessage"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_overview: {
        parameters: {
            query?: {
                /** @description Count from here; ms UTC. Midnight in Shanghai where it is not given. */
                since?: number;
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
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_phones: {
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
                    "application/json": components["schemas"]["Phones"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_handling: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description a phone or a hunt group */
                extension: string;
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
                    "application/json": components["schemas"]["CallHandling"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_set_handling: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description a phone or a hunt group */
                extension: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallHandling"];
            };
        };
        responses: {
            /** @description it stands for the next call */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                extension: string;
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
                    "application/json": components["schemas"]["PhoneHistory"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calls_pick_up: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the phone that rings */
                extension: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneChoice"];
            };
        };
        responses: {
            /** @description the own phone rings too, and answers by itself */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordings_list: {
        parameters: {
            query?: {
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
                    "application/json": components["schemas"]["Page_Recording"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordings_one: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recording"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordings_audio: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": number[];
                };
            };
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": number[];
                };
            };
            /** @description nothing of the asked range is there */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_report: {
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
                    "application/json": components["schemas"]["SelfTest"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_me: {
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
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_sign_in: {
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
            /** @description signed in; the cookie is set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description signed out; the cookie is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_system: {
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
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_trunks: {
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
                    "application/json": components["schemas"]["Trunks"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_test_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrunkTest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dialled"];
                };
            };
            /** @description a problem with its stable code (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

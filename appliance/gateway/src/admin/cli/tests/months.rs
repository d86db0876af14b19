//! Months, state and rebuild, by a running gateway and without one.
use super::PLAN;
use super::bench::Bench;

#[test]
fn a_month_is_closed_by_hand_and_the_tables_still_follow_from_the_journal() {
    let mut bench = Bench::new();
    bench.apply(&bench.file("branch.toml", PLAN), &[]);
    assert_eq!(bench.say(&["journal", "months"]), (true, String::new()));
    for runs in [false, true] {
        if runs {
            bench.start();
        }
        let (done, closed) = bench.say(&["journal", "close-month"]);
        assert!(done && closed.lines().count() == 1, "{closed}");
        let (_, months) = bench.say(&["journal", "months"]);
        assert!(months.ends_with(&closed), "{months}");
        let (done, rebuilt) = bench.say(&["journal", "rebuild"]);
        assert!(done && rebuilt.contains("一致 / equal"), "{rebuilt}");
        let (done, verified) = bench.say(&["journal", "verify"]);
        assert!(done, "{verified}");
        let state = verified.rsplit(' ').next().unwrap().trim();
        assert!(rebuilt.contains(state), "{verified}{rebuilt}");
        if runs {
            bench.stop();
        }
    }
    let (done, told) = bench.say(&["journal", "verify"]);
    assert!(done && told.contains("the journal holds"), "{told}");
}

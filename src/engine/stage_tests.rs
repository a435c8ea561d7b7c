//! Tests the in-order stage with real threads. `model/` tries every order in which threads can meet.

use super::stage::Stage;

#[test]
fn turns_are_in_order_whatever_the_threads_do() {
    let turns: Stage<Vec<u64>> = Stage::new(Vec::new(), 4);
    std::thread::scope(|scope| {
        for worker in 0..4u64 {
            let turns = &turns;
            scope.spawn(move || {
                for round in 0..500 {
                    let number = round * 4 + (worker * 3 + round) % 4;
                    turns.wait_for_turn(number).push(number);
                }
            });
        }
    });
    assert_eq!(turns.into_state(), (0..2000).collect::<Vec<_>>());
}

#[test]
fn a_panic_passes_the_turn_on() {
    let turns: Stage<i32> = Stage::new(0, 2);
    std::thread::scope(|scope| {
        let failing = scope.spawn(|| {
            let _turn = turns.wait_for_turn(0);
            panic!("as a kernel with a bug would");
        });
        *turns.wait_for_turn(1) += 1;
        assert!(failing.join().is_err());
    });
    assert_eq!(turns.into_state(), 1);
}

#[test]
fn items_submitted_early_wait_for_those_before_them() {
    let stage = Stage::new(Vec::new(), 2);
    let step = |seen: &mut Vec<u64>, item: u64| seen.push(item);
    stage.submit([(2, 20), (1, 10)], step);
    assert!(stage.has_room(2, 3) && !stage.has_room(2, 2));
    stage.skip(3);
    stage.submit([(4, 40)], step);
    stage.submit([(0, 0)], step);
    stage.wait_for_room(5, 1, step);
    assert_eq!(stage.into_state(), [0, 10, 20, 40]);
}

#[test]
fn a_number_may_be_skipped_at_any_time() {
    let stage: Stage<Vec<u64>> = Stage::new(Vec::new(), 2);
    stage.skip(1);
    stage.wait_for_turn(0).push(0);
    stage.skip(0);
    stage.wait_for_turn(2).push(2);
    assert_eq!(stage.into_state(), [0, 2]);
}

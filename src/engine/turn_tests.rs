//! The turnstile under real threads; `model/` tries every order in which they can meet.

use super::turn::Turns;

#[test]
fn passes_in_order_whatever_the_threads_do() {
    let turns = Turns::new(Vec::new(), 4);
    std::thread::scope(|scope| {
        for worker in 0..4u64 {
            let turns = &turns;
            scope.spawn(move || {
                for round in 0..500 {
                    let number = round * 4 + (worker * 3 + round) % 4;
                    turns.take(number).push(number);
                }
            });
        }
    });
    assert_eq!(turns.into_value(), (0..2000).collect::<Vec<_>>());
}

#[test]
fn a_panic_passes_the_turn_on() {
    let turns = Turns::new(0, 2);
    std::thread::scope(|scope| {
        let failing = scope.spawn(|| {
            let _turn = turns.take(0);
            panic!("as a kernel with a bug would");
        });
        *turns.take(1) += 1;
        assert!(failing.join().is_err());
    });
    assert_eq!(turns.into_value(), 1);
}

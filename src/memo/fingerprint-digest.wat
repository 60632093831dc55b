;; The digest of fingerprint-digest.ts, which says what it is for.
(module
  ;; Bytes 0 to 31 hold the state a b c d, then come the numbers.
  (memory (export "memory") 9 9)

  ;; `end` is where the numbers end: whole steps of four, at least one.
  (func (export "digest") (param $end i32)
    (local $at i32) (local $a i64) (local $b i64) (local $c i64) (local $d i64)
    (local.set $a (i64.load (i32.const 0)))
    (local.set $b (i64.load offset=8 (i32.const 0)))
    (local.set $c (i64.load offset=16 (i32.const 0)))
    (local.set $d (i64.load offset=24 (i32.const 0)))
    (local.set $at (i32.const 32))
    (loop $steps
      (local.set $a
        (i64.mul (i64.xor (local.get $a) (i64.load (local.get $at))) (i64.const 0x9e3779b185ebca87)))
      (local.set $b
        (i64.mul (i64.xor (local.get $b) (i64.load offset=8 (local.get $at))) (i64.const 0xc2b2ae3d27d4eb4f)))
      (local.set $c
        (i64.mul (i64.xor (local.get $c) (i64.load offset=16 (local.get $at))) (i64.const 0x165667b19e3779f9)))
      (local.set $d
        (i64.mul (i64.xor (local.get $d) (i64.load offset=24 (local.get $at))) (i64.const 0x85ebca77c2b2ae63)))
      (local.set $a (i64.xor (local.get $a) (i64.rotl (local.get $b) (i64.const 32))))
      (local.set $c (i64.xor (local.get $c) (i64.rotl (local.get $d) (i64.const 32))))
      (local.set $b (i64.add (local.get $b) (i64.rotl (local.get $c) (i64.const 27))))
      (local.set $d (i64.add (local.get $d) (i64.rotl (local.get $a) (i64.const 27))))
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (br_if $steps (i32.lt_u (local.get $at) (local.get $end))))
    (i64.store (i32.const 0) (local.get $a))
    (i64.store offset=8 (i32.const 0) (local.get $b))
    (i64.store offset=16 (i32.const 0) (local.get $c))
    (i64.store offset=24 (i32.const 0) (local.get $d))))

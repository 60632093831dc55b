;; Loops over the sums behind a rolling correlation matrix. co-moment-kernels.ts holds the same in JavaScript,
;; with every operation in the same order, so that both give the same bits. No fused multiply-add, for the same
;; reason. Two lanes of doubles are two neighbouring symbols.
;;
;; Products: the lower triangle row after row, S[row, column] with column < row. Rows have an even length; what an
;; odd row has too much holds the row's own square and is never read. Row r begins 16 * floor(r * r / 4) bytes on.
;;
;; Bars: up to four that wait, in blocks of 128 bytes for two symbols each. Bar b has 32 bytes in a block: what
;; enters (two doubles) and what leaves (two doubles). Whoever passes `bars` passes the address of one bar's part.
(module
  (import "host" "memory" (memory 1))

  ;; Adds one bar's products to rows `first` to `last - 1`, and takes off those of what it replaces.
  (func (export "slideOne") (param $products i32) (param $first i32) (param $last i32) (param $bars i32)
    (local $row i32) (local $at i32) (local $end i32) (local $bar i32) (local $own i32)
    (local $enters v128) (local $leaves v128)
    (local.set $row (local.get $first))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (local.set $own (call $ownPart (local.get $bars) (local.get $row)))
        (local.set $enters (v128.load64_splat (local.get $own)))
        (local.set $leaves (v128.load64_splat offset=16 (local.get $own)))
        (local.set $at (call $rowStart (local.get $products) (local.get $row)))
        (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
        (local.set $bar (local.get $bars))
        (block $ended
          (loop $pairs
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (v128.store (local.get $at)
              (f64x2.add (v128.load (local.get $at))
                (f64x2.sub
                  (f64x2.mul (local.get $enters) (v128.load (local.get $bar)))
                  (f64x2.mul (local.get $leaves) (v128.load offset=16 (local.get $bar))))))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $bar (i32.add (local.get $bar) (i32.const 128)))
            (br $pairs)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows))))

  ;; The same for four bars, one after the other in each sum, which is read and written once.
  (func (export "slideFour") (param $products i32) (param $first i32) (param $last i32) (param $bars i32)
    (local $row i32) (local $at i32) (local $end i32) (local $bar i32) (local $own i32) (local $sum v128)
    (local $enters0 v128) (local $leaves0 v128) (local $enters1 v128) (local $leaves1 v128)
    (local $enters2 v128) (local $leaves2 v128) (local $enters3 v128) (local $leaves3 v128)
    (local.set $row (local.get $first))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (local.set $own (call $ownPart (local.get $bars) (local.get $row)))
        (local.set $enters0 (v128.load64_splat (local.get $own)))
        (local.set $leaves0 (v128.load64_splat offset=16 (local.get $own)))
        (local.set $enters1 (v128.load64_splat offset=32 (local.get $own)))
        (local.set $leaves1 (v128.load64_splat offset=48 (local.get $own)))
        (local.set $enters2 (v128.load64_splat offset=64 (local.get $own)))
        (local.set $leaves2 (v128.load64_splat offset=80 (local.get $own)))
        (local.set $enters3 (v128.load64_splat offset=96 (local.get $own)))
        (local.set $leaves3 (v128.load64_splat offset=112 (local.get $own)))
        (local.set $at (call $rowStart (local.get $products) (local.get $row)))
        (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
        (local.set $bar (local.get $bars))
        (block $ended
          (loop $pairs
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $sum
              (f64x2.add (v128.load (local.get $at))
                (f64x2.sub
                  (f64x2.mul (local.get $enters0) (v128.load (local.get $bar)))
                  (f64x2.mul (local.get $leaves0) (v128.load offset=16 (local.get $bar))))))
            (local.set $sum
              (f64x2.add (local.get $sum)
                (f64x2.sub
                  (f64x2.mul (local.get $enters1) (v128.load offset=32 (local.get $bar)))
                  (f64x2.mul (local.get $leaves1) (v128.load offset=48 (local.get $bar))))))
            (local.set $sum
              (f64x2.add (local.get $sum)
                (f64x2.sub
                  (f64x2.mul (local.get $enters2) (v128.load offset=64 (local.get $bar)))
                  (f64x2.mul (local.get $leaves2) (v128.load offset=80 (local.get $bar))))))
            (v128.store (local.get $at)
              (f64x2.add (local.get $sum)
                (f64x2.sub
                  (f64x2.mul (local.get $enters3) (v128.load offset=96 (local.get $bar)))
                  (f64x2.mul (local.get $leaves3) (v128.load offset=112 (local.get $bar))))))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $bar (i32.add (local.get $bar) (i32.const 128)))
            (br $pairs)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows))))

  ;; Adds `deviations[bar] * (values[bar, symbol] - anchors[symbol])` over the bars for all symbols, by Kahan's sum.
  ;; What is not a number counts as nothing. `sums` and `lost` begin as zeros; `pitch` is the bytes of a bar.
  (func (export "rebuild") (param $values i32) (param $pitch i32) (param $deviations i32) (param $end i32)
    (param $anchors i32) (param $size i32) (param $sums i32) (param $lost i32)
    (local $at i32) (local $bytes i32) (local $own v128) (local $term v128) (local $sum v128) (local $next v128)
    (local.set $bytes (i32.shl (local.get $size) (i32.const 3)))
    (block $done
      (loop $bars
        (br_if $done (i32.ge_u (local.get $deviations) (local.get $end)))
        (local.set $own (v128.load64_splat (local.get $deviations)))
        (local.set $at (i32.const 0))
        (loop $pairs
          (local.set $term
            (f64x2.sub
              (v128.load (i32.add (local.get $values) (local.get $at)))
              (v128.load (i32.add (local.get $anchors) (local.get $at)))))
          (local.set $term (v128.and (local.get $term) (f64x2.eq (local.get $term) (local.get $term))))
          (local.set $term
            (f64x2.sub
              (f64x2.mul (local.get $own) (local.get $term))
              (v128.load (i32.add (local.get $lost) (local.get $at)))))
          (local.set $sum (v128.load (i32.add (local.get $sums) (local.get $at))))
          (local.set $next (f64x2.add (local.get $sum) (local.get $term)))
          (v128.store (i32.add (local.get $lost) (local.get $at))
            (f64x2.sub (f64x2.sub (local.get $next) (local.get $sum)) (local.get $term)))
          (v128.store (i32.add (local.get $sums) (local.get $at)) (local.get $next))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $pairs (i32.lt_u (local.get $at) (local.get $bytes))))
        (local.set $values (i32.add (local.get $values) (local.get $pitch)))
        (local.set $deviations (i32.add (local.get $deviations) (i32.const 8)))
        (br $bars))))

  ;; Copies rows `first` (even) to `last - 1` of the full symmetric matrix of products to `out`, row after row of
  ;; `size` doubles, with one bar added on the way. What it writes on the diagonal means nothing.
  (func (export "gather") (param $products i32) (param $out i32) (param $first i32) (param $last i32)
    (param $size i32) (param $bars i32)
    (local $row i32) (local $pitch i32)
    (local.set $row (local.get $first))
    (local.set $pitch (i32.shl (local.get $size) (i32.const 3)))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (call $gatherLeft (local.get $products) (local.get $out) (local.get $row) (local.get $bars))
        (if (i32.lt_u (i32.add (local.get $row) (i32.const 1)) (local.get $last))
          (then
            (call $gatherLeft (local.get $products) (i32.add (local.get $out) (local.get $pitch))
              (i32.add (local.get $row) (i32.const 1)) (local.get $bars))
            ;; Between the two rows themselves: the second has it on its left, the first on its right.
            (f64.store
              (i32.add (local.get $out) (i32.shl (i32.add (local.get $row) (i32.const 1)) (i32.const 3)))
              (f64.load
                (i32.add (i32.add (local.get $out) (local.get $pitch)) (i32.shl (local.get $row) (i32.const 3)))))
            (call $gatherRight (local.get $products) (local.get $out) (local.get $row) (local.get $size)
              (local.get $bars))))
        (local.set $row (i32.add (local.get $row) (i32.const 2)))
        (local.set $out (i32.add (local.get $out) (i32.shl (local.get $pitch) (i32.const 1))))
        (br $rows))))

  ;; One row left of the diagonal; an odd row overwrites its diagonal.
  (func $gatherLeft (param $products i32) (param $out i32) (param $row i32) (param $bar i32)
    (local $at i32) (local $end i32) (local $own i32) (local $enters v128) (local $leaves v128)
    (local.set $own (call $ownPart (local.get $bar) (local.get $row)))
    (local.set $enters (v128.load64_splat (local.get $own)))
    (local.set $leaves (v128.load64_splat offset=16 (local.get $own)))
    (local.set $at (call $rowStart (local.get $products) (local.get $row)))
    (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
    (block $done
      (loop $pairs
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (v128.store (local.get $out)
          (f64x2.add (v128.load (local.get $at))
            (f64x2.sub
              (f64x2.mul (local.get $enters) (v128.load (local.get $bar)))
              (f64x2.mul (local.get $leaves) (v128.load offset=16 (local.get $bar))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $bar (i32.add (local.get $bar) (i32.const 128)))
        (br $pairs))))

  ;; Two rows right of what they have in common: columns of the triangle, two by two, turned into rows.
  (func $gatherRight (param $products i32) (param $out i32) (param $row i32) (param $size i32) (param $bars i32)
    (local $column i32) (local $upper i32) (local $lower i32) (local $pitch i32) (local $own i32) (local $bar i32)
    (local $enters0 v128) (local $leaves0 v128) (local $enters1 v128) (local $leaves1 v128)
    (local $one v128) (local $two v128) (local $first v128) (local $second v128)
    (local.set $pitch (i32.shl (local.get $size) (i32.const 3)))
    (local.set $own (call $ownPart (local.get $bars) (local.get $row)))
    (local.set $enters0 (v128.load64_splat (local.get $own)))
    (local.set $leaves0 (v128.load64_splat offset=16 (local.get $own)))
    (local.set $enters1 (v128.load64_splat offset=8 (local.get $own)))
    (local.set $leaves1 (v128.load64_splat offset=24 (local.get $own)))
    (local.set $column (i32.add (local.get $row) (i32.const 2)))
    (local.set $out (i32.add (local.get $out) (i32.shl (local.get $column) (i32.const 3))))
    (local.set $bar (call $ownPart (local.get $bars) (local.get $column)))
    (local.set $upper
      (i32.add
        (call $rowStart (local.get $products) (local.get $column))
        (i32.shl (local.get $row) (i32.const 3))))
    (block $done
      (loop $pairs
        (br_if $done (i32.ge_u (local.get $column) (local.get $size)))
        ;; Row `column` is that many doubles long. The row after the last is padding.
        (local.set $lower (i32.add (local.get $upper) (i32.shl (local.get $column) (i32.const 3))))
        (local.set $one (v128.load (local.get $upper)))
        (local.set $two (v128.load (local.get $lower)))
        (local.set $first
          (f64x2.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $one) (local.get $two))
            (f64x2.sub
              (f64x2.mul (local.get $enters0) (v128.load (local.get $bar)))
              (f64x2.mul (local.get $leaves0) (v128.load offset=16 (local.get $bar))))))
        (local.set $second
          (f64x2.add
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $one) (local.get $two))
            (f64x2.sub
              (f64x2.mul (local.get $enters1) (v128.load (local.get $bar)))
              (f64x2.mul (local.get $leaves1) (v128.load offset=16 (local.get $bar))))))
        (if (i32.lt_u (i32.add (local.get $column) (i32.const 1)) (local.get $size))
          (then
            (v128.store (local.get $out) (local.get $first))
            (v128.store (i32.add (local.get $out) (local.get $pitch)) (local.get $second)))
          (else
            (v128.store64_lane 0 (local.get $out) (local.get $first))
            (v128.store64_lane 0 (i32.add (local.get $out) (local.get $pitch)) (local.get $second))))
        (local.set $column (i32.add (local.get $column) (i32.const 2)))
        (local.set $upper (i32.add (local.get $lower) (i32.shl (local.get $column) (i32.const 3))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $bar (i32.add (local.get $bar) (i32.const 128)))
        (br $pairs))))

  ;; Turns products of floats into correlations: `(S - shift[i] * shift[j]) * (scale[i] * scale[j])`, from -1 to 1.
  (func (export "correlateFloats") (param $out i32) (param $first i32) (param $last i32) (param $size i32)
    (param $shifts i32) (param $scales i32)
    (local $at i32) (local $own i32) (local $bytes i32) (local $shift v128) (local $scale v128)
    (local.set $bytes (i32.shl (local.get $size) (i32.const 3)))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $first) (local.get $last)))
        (local.set $own (i32.shl (local.get $first) (i32.const 3)))
        (local.set $shift (v128.load64_splat (i32.add (local.get $shifts) (local.get $own))))
        (local.set $scale (v128.load64_splat (i32.add (local.get $scales) (local.get $own))))
        (local.set $at (i32.const 0))
        (loop $pairs
          (v128.store (i32.add (local.get $out) (local.get $at))
            (f64x2.pmax
              (f64x2.pmin
                (f64x2.mul
                  (f64x2.sub
                    (v128.load (i32.add (local.get $out) (local.get $at)))
                    (f64x2.mul (local.get $shift) (v128.load (i32.add (local.get $shifts) (local.get $at)))))
                  (f64x2.mul (local.get $scale) (v128.load (i32.add (local.get $scales) (local.get $at)))))
                (v128.const f64x2 1 1))
              (v128.const f64x2 -1 -1)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $pairs (i32.le_u (i32.add (local.get $at) (i32.const 16)) (local.get $bytes))))
        (if (i32.lt_u (local.get $at) (local.get $bytes))
          (then
            (v128.store64_lane 0 (i32.add (local.get $out) (local.get $at))
              (f64x2.pmax
                (f64x2.pmin
                  (f64x2.mul
                    (f64x2.sub
                      (v128.load64_zero (i32.add (local.get $out) (local.get $at)))
                      (f64x2.mul (local.get $shift) (v128.load64_zero (i32.add (local.get $shifts) (local.get $at)))))
                    (f64x2.mul (local.get $scale) (v128.load64_zero (i32.add (local.get $scales) (local.get $at)))))
                  (v128.const f64x2 1 1))
                (v128.const f64x2 -1 -1)))))
        (local.set $out (i32.add (local.get $out) (local.get $bytes)))
        (local.set $first (i32.add (local.get $first) (i32.const 1)))
        (br $rows))))

  ;; Turns products of whole ticks into correlations: `(n * S - sum[i] * sum[j]) / sqrt(spread[i] * spread[j])`.
  (func (export "correlateTicks") (param $out i32) (param $first i32) (param $last i32) (param $size i32)
    (param $sums i32) (param $spreads i32) (param $count f64)
    (local $at i32) (local $own i32) (local $bytes i32) (local $sum v128) (local $spread v128) (local $n v128)
    (local.set $n (f64x2.splat (local.get $count)))
    (local.set $bytes (i32.shl (local.get $size) (i32.const 3)))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $first) (local.get $last)))
        (local.set $own (i32.shl (local.get $first) (i32.const 3)))
        (local.set $sum (v128.load64_splat (i32.add (local.get $sums) (local.get $own))))
        (local.set $spread (v128.load64_splat (i32.add (local.get $spreads) (local.get $own))))
        (local.set $at (i32.const 0))
        (loop $pairs
          (v128.store (i32.add (local.get $out) (local.get $at))
            (f64x2.pmax
              (f64x2.pmin
                (f64x2.div
                  (f64x2.sub
                    (f64x2.mul (local.get $n) (v128.load (i32.add (local.get $out) (local.get $at))))
                    (f64x2.mul (local.get $sum) (v128.load (i32.add (local.get $sums) (local.get $at)))))
                  (f64x2.sqrt
                    (f64x2.mul (local.get $spread) (v128.load (i32.add (local.get $spreads) (local.get $at))))))
                (v128.const f64x2 1 1))
              (v128.const f64x2 -1 -1)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $pairs (i32.le_u (i32.add (local.get $at) (i32.const 16)) (local.get $bytes))))
        (if (i32.lt_u (local.get $at) (local.get $bytes))
          (then
            (v128.store64_lane 0 (i32.add (local.get $out) (local.get $at))
              (f64x2.pmax
                (f64x2.pmin
                  (f64x2.div
                    (f64x2.sub
                      (f64x2.mul (local.get $n) (v128.load64_zero (i32.add (local.get $out) (local.get $at))))
                      (f64x2.mul (local.get $sum) (v128.load64_zero (i32.add (local.get $sums) (local.get $at)))))
                    (f64x2.sqrt
                      (f64x2.mul (local.get $spread) (v128.load64_zero (i32.add (local.get $spreads) (local.get $at))))))
                  (v128.const f64x2 1 1))
                (v128.const f64x2 -1 -1)))))
        (local.set $out (i32.add (local.get $out) (local.get $bytes)))
        (local.set $first (i32.add (local.get $first) (i32.const 1)))
        (br $rows))))

  ;; Where a row's products begin: 16 * floor(row * row / 4) bytes on.
  (func $rowStart (param $products i32) (param $row i32) (result i32)
    (i32.add (local.get $products)
      (i32.shl (i32.shr_u (i32.mul (local.get $row) (local.get $row)) (i32.const 2)) (i32.const 4))))

  ;; Where a symbol's own part of a bar is.
  (func $ownPart (param $bars i32) (param $symbol i32) (result i32)
    (i32.add (local.get $bars)
      (i32.add
        (i32.shl (i32.shr_u (local.get $symbol) (i32.const 1)) (i32.const 7))
        (i32.shl (i32.and (local.get $symbol) (i32.const 1)) (i32.const 3)))))
)

;; The convolutions of MiniRocket: miniRocketKernel.ts lays out the memory. Places are in bytes, values float32, and all
;; loops may read and write up to 64 bytes beyond an end.
(module
  (import "podium" "memory" (memory 1))

  ;; Sums nine values, $stride apart, from $from on: what all kernels of a dilation subtract.
  (func (export "nine") (param $from i32) (param $stride i32) (param $to i32) (param $end i32)
    (local $at i32) (local $sum v128)
    (loop $vector
      (local.set $at (local.get $from))
      (local.set $sum (v128.load (local.get $at)))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (local.set $sum (f32x4.add (local.get $sum)
        (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))))
      (v128.store (local.get $to) (local.get $sum))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br_if $vector (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end)))))

  ;; Sums the arrays that begin $offset behind the places in [$list, $listEnd), 16 values a turn.
  (func (export "sum") (param $list i32) (param $listEnd i32) (param $offset i32) (param $to i32) (param $end i32)
    (local $item i32) (local $at i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (loop $block
      (local.set $at (i32.add (i32.load (local.get $list)) (local.get $offset)))
      (local.set $a (v128.load (local.get $at)))
      (local.set $b (v128.load offset=16 (local.get $at)))
      (local.set $c (v128.load offset=32 (local.get $at)))
      (local.set $d (v128.load offset=48 (local.get $at)))
      (local.set $item (i32.add (local.get $list) (i32.const 4)))
      (loop $items
        (local.set $at (i32.add (i32.load (local.get $item)) (local.get $offset)))
        (local.set $a (f32x4.add (local.get $a) (v128.load (local.get $at))))
        (local.set $b (f32x4.add (local.get $b) (v128.load offset=16 (local.get $at))))
        (local.set $c (f32x4.add (local.get $c) (v128.load offset=32 (local.get $at))))
        (local.set $d (f32x4.add (local.get $d) (v128.load offset=48 (local.get $at))))
        (br_if $items
          (i32.lt_u (local.tee $item (i32.add (local.get $item) (i32.const 4))) (local.get $listEnd))))
      (v128.store (local.get $to) (local.get $a))
      (v128.store offset=16 (local.get $to) (local.get $b))
      (v128.store offset=32 (local.get $to) (local.get $c))
      (v128.store offset=48 (local.get $to) (local.get $d))
      (local.set $offset (i32.add (local.get $offset) (i32.const 64)))
      (br_if $block (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 64))) (local.get $end)))))

  ;; Writes a convolution to $out, three times three shifted values less the sum of nine, and counts how many of its values
  ;; exceed each of four biases; $count values, at least 1.
  (func (export "convolve")
    (param $a i32) (param $b i32) (param $c i32) (param $nine i32) (param $out i32)
    (param $count i32)
    (param $masks i32)    ;; 4 masks of the lanes of a last vector that hold no value, for a count of 0 to 3 modulo 4
    (param $biases i32)   ;; 4 of them
    (param $counts i32)   ;; room for 4 whole numbers
    (local $value v128) (local $last i32) (local $three v128)
    (local $bias0 v128) (local $bias1 v128) (local $bias2 v128) (local $bias3 v128)
    (local $count0 v128) (local $count1 v128) (local $count2 v128) (local $count3 v128)
    (local.set $three (f32x4.splat (f32.const 3)))
    (local.set $bias0 (v128.load32_splat (local.get $biases)))
    (local.set $bias1 (v128.load32_splat offset=4 (local.get $biases)))
    (local.set $bias2 (v128.load32_splat offset=8 (local.get $biases)))
    (local.set $bias3 (v128.load32_splat offset=12 (local.get $biases)))
    (local.set $last
      (i32.add (local.get $out) (i32.shl (i32.and (i32.sub (local.get $count) (i32.const 1)) (i32.const -4)) (i32.const 2))))
    (loop $vector
      (local.set $value (f32x4.sub
        (f32x4.mul (local.get $three)
          (f32x4.add (f32x4.add (v128.load (local.get $a)) (v128.load (local.get $b))) (v128.load (local.get $c))))
        (v128.load (local.get $nine))))
      ;; What lies beyond the values becomes NaN, which exceeds nothing.
      (if (i32.eq (local.get $out) (local.get $last))
        (then (local.set $value (v128.or (local.get $value)
          (v128.load (i32.add (local.get $masks) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 4))))))))
      (v128.store (local.get $out) (local.get $value))
      (local.set $count0 (i32x4.sub (local.get $count0) (f32x4.gt (local.get $value) (local.get $bias0))))
      (local.set $count1 (i32x4.sub (local.get $count1) (f32x4.gt (local.get $value) (local.get $bias1))))
      (local.set $count2 (i32x4.sub (local.get $count2) (f32x4.gt (local.get $value) (local.get $bias2))))
      (local.set $count3 (i32x4.sub (local.get $count3) (f32x4.gt (local.get $value) (local.get $bias3))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $c (i32.add (local.get $c) (i32.const 16)))
      (local.set $nine (i32.add (local.get $nine) (i32.const 16)))
      (br_if $vector
        (i32.le_u (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $last))))
    (call $total (local.get $counts) (local.get $count0) (local.get $count1) (local.get $count2) (local.get $count3)))

  ;; Counts how many values of a convolution exceed each of four further biases.
  (func (export "count") (param $from i32) (param $end i32) (param $biases i32) (param $counts i32)
    (local $value v128)
    (local $bias0 v128) (local $bias1 v128) (local $bias2 v128) (local $bias3 v128)
    (local $count0 v128) (local $count1 v128) (local $count2 v128) (local $count3 v128)
    (local.set $bias0 (v128.load32_splat (local.get $biases)))
    (local.set $bias1 (v128.load32_splat offset=4 (local.get $biases)))
    (local.set $bias2 (v128.load32_splat offset=8 (local.get $biases)))
    (local.set $bias3 (v128.load32_splat offset=12 (local.get $biases)))
    (loop $vector
      (local.set $value (v128.load (local.get $from)))
      (local.set $count0 (i32x4.sub (local.get $count0) (f32x4.gt (local.get $value) (local.get $bias0))))
      (local.set $count1 (i32x4.sub (local.get $count1) (f32x4.gt (local.get $value) (local.get $bias1))))
      (local.set $count2 (i32x4.sub (local.get $count2) (f32x4.gt (local.get $value) (local.get $bias2))))
      (local.set $count3 (i32x4.sub (local.get $count3) (f32x4.gt (local.get $value) (local.get $bias3))))
      (br_if $vector (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 16))) (local.get $end))))
    (call $total (local.get $counts) (local.get $count0) (local.get $count1) (local.get $count2) (local.get $count3)))

  ;; Writes the four sums of lanes.
  (func $total (param $to i32) (param $a v128) (param $b v128) (param $c v128) (param $d v128)
    (local $low v128) (local $high v128)
    (local.set $low (i32x4.add ;; a0+a2 b0+b2 a1+a3 b1+b3
      (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b))
      (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b))))
    (local.set $high (i32x4.add
      (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d))
      (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d))))
    (v128.store (local.get $to) (i32x4.add
      (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low) (local.get $high))
      (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low) (local.get $high))))))

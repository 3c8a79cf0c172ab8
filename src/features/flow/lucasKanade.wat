;; Windows of Lucas-Kanade tracking, and the motion between what was tracked: trackKernel.ts and interpolate.ts lay out the
;; memory. Places and lengths are in bytes, values float32; the
;; rows of an image are $stride long, those of a window $width, whole vectors of four. What a last vector reads beyond the
;; window is finite, and counts nothing as the slopes there are 0.
(module
  (import "podium" "memory" (memory 1))

  ;; Adds the four float32 values of a row's sum to the two float64 ones of the total.
  (func $addRow (param $total v128) (param $row v128) (result v128)
    (f64x2.add (local.get $total)
      (f64x2.add (f64x2.promote_low_f32x4 (local.get $row))
        (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $row) (local.get $row))))))

  (func $storeTotal (param $to i32) (param $total v128)
    (f64.store (local.get $to)
      (f64.add (f64x2.extract_lane 0 (local.get $total)) (f64x2.extract_lane 1 (local.get $total)))))

  ;; Takes a window of an image and of its slopes, by bilinear interpolation $a columns and $b rows from its corner: to $to
  ;; for every four pixels their values, slopes along x and slopes along y; to $sums the products of slopes xx, xy, yy, summed.
  ;; $masks is a row that is 0 beyond the window.
  (func (export "template")
    (param $values i32) (param $dxs i32) (param $dys i32) (param $stride i32) (param $a f32) (param $b f32)
    (param $masks i32) (param $width i32) (param $rows i32) (param $to i32) (param $sums i32)
    (local $x i32) (local $below i32) (local $rest i32) (local $dx v128) (local $dy v128)
    (local $w00 v128) (local $w01 v128) (local $w10 v128) (local $w11 v128)
    (local $xx v128) (local $xy v128) (local $yy v128) (local $rowXX v128) (local $rowXY v128) (local $rowYY v128)
    (local.set $w00 (f32x4.splat (f32.mul (f32.sub (f32.const 1) (local.get $a)) (f32.sub (f32.const 1) (local.get $b)))))
    (local.set $w01 (f32x4.splat (f32.mul (local.get $a) (f32.sub (f32.const 1) (local.get $b)))))
    (local.set $w10 (f32x4.splat (f32.mul (f32.sub (f32.const 1) (local.get $a)) (local.get $b))))
    (local.set $w11 (f32x4.splat (f32.mul (local.get $a) (local.get $b))))
    (local.set $rest (i32.sub (local.get $stride) (local.get $width)))
    (loop $row
      (local.set $rowXX (v128.const i32x4 0 0 0 0))
      (local.set $rowXY (v128.const i32x4 0 0 0 0))
      (local.set $rowYY (v128.const i32x4 0 0 0 0))
      (local.set $x (i32.const 0))
      (loop $vector
        (v128.store (local.get $to)
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $values)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $values))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $values) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below))))))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $dx
          (v128.and (v128.load (i32.add (local.get $masks) (local.get $x)))
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $dxs)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $dxs))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $dxs) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below)))))))
        (v128.store offset=16 (local.get $to) (local.get $dx))
        (local.set $dxs (i32.add (local.get $dxs) (i32.const 16)))
        (local.set $dy
          (v128.and (v128.load (i32.add (local.get $masks) (local.get $x)))
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $dys)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $dys))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $dys) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below)))))))
        (v128.store offset=32 (local.get $to) (local.get $dy))
        (local.set $dys (i32.add (local.get $dys) (i32.const 16)))
        (local.set $rowXX (f32x4.add (local.get $rowXX) (f32x4.mul (local.get $dx) (local.get $dx))))
        (local.set $rowXY (f32x4.add (local.get $rowXY) (f32x4.mul (local.get $dx) (local.get $dy))))
        (local.set $rowYY (f32x4.add (local.get $rowYY) (f32x4.mul (local.get $dy) (local.get $dy))))
        (local.set $to (i32.add (local.get $to) (i32.const 48)))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $xx (call $addRow (local.get $xx) (local.get $rowXX)))
      (local.set $xy (call $addRow (local.get $xy) (local.get $rowXY)))
      (local.set $yy (call $addRow (local.get $yy) (local.get $rowYY)))
      (local.set $values (i32.add (local.get $values) (local.get $rest)))
      (local.set $dxs (i32.add (local.get $dxs) (local.get $rest)))
      (local.set $dys (i32.add (local.get $dys) (local.get $rest)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))
    (call $storeTotal (local.get $sums) (local.get $xx))
    (call $storeTotal (i32.add (local.get $sums) (i32.const 8)) (local.get $xy))
    (call $storeTotal (i32.add (local.get $sums) (i32.const 16)) (local.get $yy)))

  ;; Sums by how much a window of another image differs from the template, times the slopes along x and along y, to $sums.
  (func (export "mismatch")
    (param $values i32) (param $stride i32) (param $a f32) (param $b f32) (param $width i32) (param $rows i32)
    (param $template i32) (param $sums i32)
    (local $x i32) (local $below i32) (local $rest i32) (local $difference v128)
    (local $w00 v128) (local $w01 v128) (local $w10 v128) (local $w11 v128)
    (local $sumX v128) (local $sumY v128) (local $rowX v128) (local $rowY v128)
    (local.set $w00 (f32x4.splat (f32.mul (f32.sub (f32.const 1) (local.get $a)) (f32.sub (f32.const 1) (local.get $b)))))
    (local.set $w01 (f32x4.splat (f32.mul (local.get $a) (f32.sub (f32.const 1) (local.get $b)))))
    (local.set $w10 (f32x4.splat (f32.mul (f32.sub (f32.const 1) (local.get $a)) (local.get $b))))
    (local.set $w11 (f32x4.splat (f32.mul (local.get $a) (local.get $b))))
    (local.set $rest (i32.sub (local.get $stride) (local.get $width)))
    (loop $row
      (local.set $rowX (v128.const i32x4 0 0 0 0))
      (local.set $rowY (v128.const i32x4 0 0 0 0))
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $difference
          (f32x4.sub
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $values)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $values))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $values) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below)))))
            (v128.load (local.get $template))))
        (local.set $rowX (f32x4.add (local.get $rowX)
          (f32x4.mul (local.get $difference) (v128.load offset=16 (local.get $template)))))
        (local.set $rowY (f32x4.add (local.get $rowY)
          (f32x4.mul (local.get $difference) (v128.load offset=32 (local.get $template)))))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $template (i32.add (local.get $template) (i32.const 48)))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $sumX (call $addRow (local.get $sumX) (local.get $rowX)))
      (local.set $sumY (call $addRow (local.get $sumY) (local.get $rowY)))
      (local.set $values (i32.add (local.get $values) (local.get $rest)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))
    (call $storeTotal (local.get $sums) (local.get $sumX))
    (call $storeTotal (i32.add (local.get $sums) (i32.const 8)) (local.get $sumY)))

  ;; Interpolates the motion of $count points, whose x, y, motion along x and motion along y lie $size apart from $points on,
  ;; to every pixel: the mean of the $neighbours nearest, weighted by 1 / sqrt(distance + 0.5). What fills the last vector of
  ;; points lies far off. $distances and $masks have room for $size each.
  (func (export "interpolate")
    (param $points i32) (param $size i32) (param $neighbours i32) (param $distances i32) (param $masks i32)
    (param $rows i32) (param $columns i32) (param $u i32) (param $v i32)
    (local $y i32) (local $x i32) (local $i i32) (local $at i32) (local $count i32) (local $bits i32)
    (local $ys v128) (local $xs v128) (local $d v128) (local $mask v128) (local $limit v128) (local $most v128)
    (local $weights v128) (local $sumU v128) (local $sumV v128) (local $reach f32) (local $rowReach f32)
    (local.set $rowReach (f32.const inf))
    (loop $row
      (local.set $ys (f32x4.splat (f32.convert_i32_s (local.get $y))))
      (local.set $reach (local.get $rowReach))
      (local.set $x (i32.const 0))
      (loop $pixel
        (local.set $xs (f32x4.splat (f32.convert_i32_s (local.get $x))))
        ;; From one pixel to the next the distance of the last neighbour grows by 1 at most; and by rounding.
        (local.set $reach (f32.mul (f32.add (local.get $reach) (f32.const 1)) (f32.const 1.00001)))
        (local.set $limit (f32x4.splat (f32.min (f32.mul (local.get $reach) (local.get $reach)) (f32.const 1e30))))
        (local.set $count (i32.const 0))
        (local.set $i (i32.const 0))
        (loop $vector
          (local.set $at (i32.add (local.get $points) (local.get $i)))
          (local.set $d (f32x4.sub (v128.load (local.get $at)) (local.get $xs)))
          (local.set $mask (f32x4.sub (v128.load (i32.add (local.get $at) (local.get $size))) (local.get $ys)))
          (local.set $d (f32x4.add (f32x4.mul (local.get $d) (local.get $d)) (f32x4.mul (local.get $mask) (local.get $mask))))
          (local.set $mask (f32x4.le (local.get $d) (local.get $limit)))
          (v128.store (i32.add (local.get $distances) (local.get $i)) (local.get $d))
          (v128.store (i32.add (local.get $masks) (local.get $i)) (local.get $mask))
          (local.set $count (i32.add (local.get $count) (i32.popcnt (i32x4.bitmask (local.get $mask)))))
          (br_if $vector (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $size))))
        ;; Leaves out the farthest until there are as many as wanted.
        (block $enough
          (loop $farthest
            (br_if $enough (i32.le_u (local.get $count) (local.get $neighbours)))
            (local.set $most (v128.const i32x4 0 0 0 0))
            (local.set $i (i32.const 0))
            (loop $vector
              (local.set $most (f32x4.pmax (local.get $most)
                (v128.and (v128.load (i32.add (local.get $masks) (local.get $i)))
                  (v128.load (i32.add (local.get $distances) (local.get $i))))))
              (br_if $vector (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $size))))
            (local.set $most (call $greatest (local.get $most)))
            (local.set $i (i32.const -16))
            (loop $vector
              (local.set $i (i32.add (local.get $i) (i32.const 16)))
              (local.set $bits
                (i32x4.bitmask
                  (v128.and (v128.load (local.tee $at (i32.add (local.get $masks) (local.get $i))))
                    (f32x4.eq (local.get $most) (v128.load (i32.add (local.get $distances) (local.get $i)))))))
              (br_if $vector (i32.eqz (local.get $bits))))
            (i32.store (i32.add (local.get $at) (i32.shl (i32.ctz (local.get $bits)) (i32.const 2))) (i32.const 0))
            (local.set $count (i32.sub (local.get $count) (i32.const 1)))
            (br $farthest)))
        (local.set $most (v128.const i32x4 0 0 0 0))
        (local.set $weights (v128.const i32x4 0 0 0 0))
        (local.set $sumU (v128.const i32x4 0 0 0 0))
        (local.set $sumV (v128.const i32x4 0 0 0 0))
        (local.set $i (i32.const 0))
        (loop $vector
          (local.set $mask (v128.load (i32.add (local.get $masks) (local.get $i))))
          (if (v128.any_true (local.get $mask))
            (then
              (local.set $d (v128.and (local.get $mask) (v128.load (i32.add (local.get $distances) (local.get $i)))))
              (local.set $most (f32x4.pmax (local.get $most) (local.get $d)))
              (local.set $d
                (v128.and (local.get $mask)
                  (f32x4.div (v128.const f32x4 1 1 1 1)
                    (f32x4.sqrt (f32x4.add (f32x4.sqrt (local.get $d)) (v128.const f32x4 0.5 0.5 0.5 0.5))))))
              (local.set $at
                (i32.add (i32.add (local.get $points) (local.get $i)) (i32.shl (local.get $size) (i32.const 1))))
              (local.set $weights (f32x4.add (local.get $weights) (local.get $d)))
              (local.set $sumU (f32x4.add (local.get $sumU) (f32x4.mul (local.get $d) (v128.load (local.get $at)))))
              (local.set $sumV (f32x4.add (local.get $sumV)
                (f32x4.mul (local.get $d) (v128.load (i32.add (local.get $at) (local.get $size))))))))
          (br_if $vector (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $size))))
        (local.set $reach (f32.sqrt (f32x4.extract_lane 0 (call $greatest (local.get $most)))))
        (if (i32.eqz (local.get $x)) (then (local.set $rowReach (local.get $reach))))
        (f32.store (local.get $u) (f32.div (call $sum (local.get $sumU)) (call $sum (local.get $weights))))
        (f32.store (local.get $v) (f32.div (call $sum (local.get $sumV)) (call $sum (local.get $weights))))
        (local.set $u (i32.add (local.get $u) (i32.const 4)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (br_if $pixel (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $columns))))
      (br_if $row (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $rows)))))

  ;; The greatest of four values, four times.
  (func $greatest (param $values v128) (result v128)
    (local.set $values (f32x4.pmax (local.get $values)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $values) (local.get $values))))
    (f32x4.pmax (local.get $values)
      (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $values) (local.get $values))))

  (func $sum (param $values v128) (result f32)
    (local.set $values (f32x4.add (local.get $values)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $values) (local.get $values))))
    (f32.add (f32x4.extract_lane 0 (local.get $values)) (f32x4.extract_lane 1 (local.get $values)))))

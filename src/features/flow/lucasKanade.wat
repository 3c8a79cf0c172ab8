;; Windows of Lucas-Kanade tracking: trackKernel.ts lays out the memory. Places and lengths are in bytes, values float32; the
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
    (call $storeTotal (i32.add (local.get $sums) (i32.const 8)) (local.get $sumY))))

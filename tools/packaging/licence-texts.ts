// Texts that licences ask to be passed on with the code, under the copyright lines of its holders.

/** @see https://spdx.org/licenses/MIT.html */
export const mit = (...copyright: readonly string[]): string =>
  [
    ...copyright,
    '',
    'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation',
    'files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,',
    'modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the',
    'Software is furnished to do so, subject to the following conditions:',
    '',
    'The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.',
    '',
    'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE',
    'WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR',
    'COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR',
    'OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.',
  ].join('\n')

/** @see https://spdx.org/licenses/BSD-2-Clause.html */
export const bsd2 = (...copyright: readonly string[]): string => bsd(copyright, [])

/** @see https://spdx.org/licenses/BSD-3-Clause.html */
export const bsd3 = (...copyright: readonly string[]): string =>
  bsd(copyright, [
    '3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products',
    '   derived from this software without specific prior written permission.',
    '',
  ])

const bsd = (copyright: readonly string[], third: readonly string[]): string =>
  [
    ...copyright,
    '',
    'Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following',
    'conditions are met:',
    '',
    '1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following',
    '   disclaimer.',
    '',
    '2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following',
    '   disclaimer in the documentation and/or other materials provided with the distribution.',
    '',
    ...third,
    'THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,',
    'INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE',
    'DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,',
    'SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;',
    'LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN',
    'CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS',
    'SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.',
  ].join('\n')

/** The text of the licence itself is that of the program, which lies in the package too. */
export const apache2 = (...copyright: readonly string[]): string =>
  [
    ...copyright,
    '',
    'Licensed under the Apache License, Version 2.0. Its text is the file LICENSE of this package, and',
    'http://www.apache.org/licenses/LICENSE-2.0.',
  ].join('\n')

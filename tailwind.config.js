/** @type {import('tailwindcss').Config} */
export default {
  content: ["./views/**/*.templ", "./views/**/*.go", "./static/src/*.js"],
};
